import { Turn, WirelineError } from '../../../core/index.js';
import { isIncompleteJson, type RequestReaderOptions } from './request.js';
import { WaitingBytes } from './waiting.js';

const LF = 10;
const CR = 13;
/** The longest request, in bytes. Stops a line without end. */
const maxRequest = 64 * 1024;
/** Bytes of requests that wait while one is answered, before the client is read no further. */
const maxWaiting = 64 * 1024;
/** Milliseconds of silence after which a request that can be whole needs no newline, as in text framing. */
const pauseMs = 50;
/** The same for a client that has ended a line before. */
const afterLinesMs = 5_000;

/**
 * Cuts requests out of what a client sends, one at a time: bytes after one may belong to it and not be lines. A client
 * is given a bounded turn, and read no further while its requests wait.
 */
export class RequestReader {
  readonly #waiting = new WaitingBytes();
  #holding = false;
  #paused = false;
  #cutting = false;
  #asked = false;
  #pauseMs = pauseMs;
  #pause: { stop(): void } | undefined;
  readonly #turn: Turn;
  /** True if the client has ended. */
  ended = false;

  constructor(readonly options: RequestReaderOptions) {
    this.#turn = new Turn({ run: () => this.#cut(), fail: (error) => options.peer.fail(error) });
  }

  push(bytes: Uint8Array): void {
    this.#waiting.add(bytes);
    if (this.#turn.begin()) this.#cut();
    else this.#turn.soon();
    if (this.#waiting.size > maxWaiting && !this.#paused) {
      this.#paused = true;
      this.options.peer.pause();
    }
  }

  /** Keeps what comes after the request that was just given, until {@link RequestReader.go}. */
  hold(): void {
    this.#holding = true;
  }

  go(): void {
    this.#holding = false;
    if (this.#turn.begin()) this.#cut();
    else this.#turn.soon();
  }

  /** Returns what is held, and forgets it. */
  take(): Uint8Array {
    const held = this.#waiting.bytes;
    this.#waiting.drop();
    this.#readOn();
    return held;
  }

  /** The client sends no more: what is held of an unfinished request is one. */
  end(): void {
    this.ended = true;
    this.#cut();
  }

  stop(): void {
    this.#turn.stop();
    this.#pause?.stop();
    this.#waiting.drop();
  }

  #cut(): void {
    this.#pause?.stop();
    // A request that is answered at once says so while it is being cut: it is this loop that goes on.
    if (this.#cutting || this.#holding) return;
    this.#cutting = true;
    try {
      while (!this.#holding && this.#waiting.size > 0 && this.#cutOne());
    } finally {
      this.#cutting = false;
    }
    if (this.#waiting.size <= maxWaiting) this.#readOn();
    if (this.ended && !this.#holding && this.#waiting.size === 0) this.options.onEnd();
  }

  /** Returns the next request. Returns false where there is none yet, or none in this turn. */
  #cutOne(): boolean {
    if (this.#turn.over) {
      this.#turn.soon();
      return false;
    }
    const held = this.#waiting.bytes;
    const at = held.indexOf(LF);
    if (at > maxRequest || (at === -1 && held.length > maxRequest)) return this.#refuse(held);
    if (at === -1 && !this.ended) {
      this.#pause = this.options.clock.after(this.#pauseMs, () => this.#onPause());
      return false;
    }
    const end = at === -1 ? held.length : at;
    if (at !== -1) this.#pauseMs = afterLinesMs;
    this.#waiting.drop(end + 1);
    this.#turn.spend(1, 0);
    const line = held.subarray(0, held[end - 1] === CR ? end - 1 : end);
    // An empty line means nothing to a client that has already asked for something.
    if (line.length > 0 || !this.#asked) this.#give(line);
    return true;
  }

  #onPause(): void {
    if (this.#waiting.size === 0 || this.#holding || isIncompleteJson(this.#waiting.bytes)) return;
    this.#give(this.take());
  }

  #give(line: Uint8Array): void {
    this.#asked = true;
    this.options.onRequest(line);
  }

  #readOn(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.options.peer.resume();
  }

  #refuse(line: Uint8Array): false {
    this.stop();
    this.options.onTooLong(line, new WirelineError('too-long', `a request is longer than ${maxRequest} bytes`));
    return false;
  }
}
