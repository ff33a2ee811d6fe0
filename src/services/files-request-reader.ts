import { type Clock, type Timer, WirelineError } from '../core/index.js';
import { isBegun } from './files-request.js';

const LF = 10;
const CR = 13;
/** The longest request, in bytes. Stops a line without end. */
const maxRequest = 64 * 1024;
/** Bytes of requests that may wait while one is answered. */
const maxHeld = 1024 * 1024;
/** Milliseconds of silence after which a request that can be whole needs no newline, as in text framing. */
const pauseMs = 50;

/** Cuts requests out of what a client sends, one at a time: bytes after one may belong to it and not be lines. */
export class RequestReader {
  #held: Uint8Array = new Uint8Array(0);
  #holding = false;
  #cutting = false;
  readonly #pause: Timer;
  /** Whether the client has ended. */
  ended = false;

  constructor(
    clock: Clock,
    readonly onRequest: (line: Uint8Array) => void,
    /** Called when the client has ended and each of its requests was given and let {@link RequestReader.go}. */
    readonly onEnd: () => void,
  ) {
    this.#pause = clock.after(pauseMs, () => {
      if (this.#held.length > 0 && !isBegun(this.#held)) this.onRequest(this.take());
    });
    this.#pause.stop();
  }

  push(bytes: Uint8Array): void {
    const held = new Uint8Array(this.#held.length + bytes.length);
    held.set(this.#held);
    held.set(bytes, this.#held.length);
    this.#held = held;
    if (held.length > maxHeld) throw tooLong();
    this.#cut();
  }

  /** Keeps what comes after the request that was just given, until {@link RequestReader.go}. */
  hold(): void {
    this.#holding = true;
  }

  go(): void {
    this.#holding = false;
    this.#cut();
  }

  /** Gives what is held, and forgets it. */
  take(): Uint8Array {
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return held;
  }

  /** The client sends no more: what is held of an unfinished request is one. */
  end(): void {
    this.ended = true;
    this.#cut();
  }

  stop(): void {
    this.#pause.stop();
    this.#held = new Uint8Array(0);
  }

  #cut(): void {
    this.#pause.stop();
    // A request that is answered at once says so while it is being cut: it is this loop that goes on.
    if (this.#cutting) return;
    this.#cutting = true;
    try {
      this.#cutAll();
    } finally {
      this.#cutting = false;
    }
  }

  #cutAll(): void {
    while (!this.#holding && this.#held.length > 0) {
      const at = this.#held.indexOf(LF);
      if (at > maxRequest || (at === -1 && this.#held.length > maxRequest)) throw tooLong();
      if (at === -1 && !this.ended) return this.#pause.again();
      const end = at === -1 ? this.#held.length : at;
      const line = this.#held.subarray(0, this.#held[end - 1] === CR ? end - 1 : end);
      this.#held = this.#held.subarray(end + 1);
      if (line.length > 0) this.onRequest(line);
    }
    if (this.ended && !this.#holding) this.onEnd();
  }
}

function tooLong(): WirelineError {
  return new WirelineError('too-long', `a request is longer than ${maxRequest} bytes`);
}
