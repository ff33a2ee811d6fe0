import { WirelineError } from '../core/index.js';

/**
 * Gathers a message that comes in several chunks. Memory doubles as the message grows, so that bytes are
 * copied at most twice on the average and a peer that only announces a large message costs nothing.
 */
export class Accumulator {
  #bytes = new Uint8Array(0);
  #length = 0;

  constructor(
    /** The longest message, in bytes. */
    readonly max: number,
    /** The limit that the error names, where a line's end is counted in `max`. */
    readonly named = max,
  ) {}

  get length(): number {
    return this.#length;
  }

  /** Copies `chunk` to the end. Throws `too-long` where that would pass the maximum. */
  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.max) throw tooLong(this.named);
    if (length > this.#bytes.length) this.#grow(length);
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }

  /** Returns what was gathered and begins anew. The bytes belong to the caller. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    return taken;
  }

  #grow(least: number): void {
    const bytes = new Uint8Array(Math.min(this.max, Math.max(least, this.#bytes.length * 2, 256)));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }
}

/** The error for a message of over `max` bytes. */
export function tooLong(max: number): WirelineError {
  return new WirelineError('too-long', `a message is longer than ${max} bytes`);
}

/** The error for a stream that ended in mid-message. */
export function truncated(held: number): WirelineError {
  return new WirelineError('truncated', `the stream ended in mid-message, after ${held} bytes of it`);
}

/** The largest message where nothing else is said: 16 MiB. */
export const defaultMaxMessage = 16 * 1024 * 1024;
