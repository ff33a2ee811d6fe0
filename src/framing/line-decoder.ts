import type { Decoder } from '../core/index.js';
import { Accumulator, tooLong } from './accumulator.js';

const LF = 10;

/**
 * Cuts bytes at LF. `onLine` is given a line without its LF; what is left at the end of the stream, or at a
 * pause, is for {@link LineDecoder.takeRest}.
 */
export class LineDecoder implements Pick<Decoder, 'push' | 'held'> {
  readonly #rest: Accumulator;
  /** A line that was too long is being dropped, up to its end. */
  #dropping = false;

  constructor(
    readonly max: number,
    /** Returns `false` to be given no more lines for now. */
    readonly onLine: (line: Uint8Array) => unknown,
    /** The limit that an error names. */
    readonly named = max,
    /** Called instead of failing for a line of over `max` bytes, which is dropped whole. */
    readonly onTooLong?: () => void,
  ) {
    this.#rest = new Accumulator(max, named);
  }

  get held(): number {
    return this.#rest.length;
  }

  /** Returns how many bytes were taken: all, unless `onLine` returned `false`. */
  push(chunk: Uint8Array): number {
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
      const goesOn = this.#line(chunk.subarray(from, at));
      from = at + 1;
      if (goesOn === false) return from;
    }
    if (from < chunk.length && !this.#dropping) this.#hold(chunk.subarray(from));
    return chunk.length;
  }

  /** Returns what is held of an unfinished line, and forgets it. */
  takeRest(): Uint8Array {
    return this.#rest.take();
  }

  #line(end: Uint8Array): unknown {
    if (this.#dropping) {
      this.#dropping = false;
    } else if (this.#rest.length > 0) {
      const whole = this.#hold(end);
      this.#dropping = false;
      if (whole) return this.onLine(this.#rest.take());
    } else if (end.length <= this.max) return this.onLine(end);
    else if (this.onTooLong) this.onTooLong();
    else throw tooLong(this.named);
    return true;
  }

  /** True if the bytes were held; else the line that they are of is dropped from here on. */
  #hold(bytes: Uint8Array): boolean {
    if (this.onTooLong && this.#rest.length + bytes.length > this.max) {
      this.#rest.take();
      this.#dropping = true;
      this.onTooLong();
      return false;
    }
    this.#rest.add(bytes);
    return true;
  }
}
