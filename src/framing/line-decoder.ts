import type { Decoder } from '../core/index.js';
import { Accumulator, tooLong } from './accumulator.js';

const LF = 10;

/**
 * Cuts bytes at LF. `onLine` is given a line without its LF; what is left at the end of the stream, or at a
 * pause, is for {@link LineDecoder.takeRest}.
 */
export class LineDecoder implements Pick<Decoder, 'push' | 'held'> {
  readonly #rest: Accumulator;

  constructor(
    readonly max: number,
    readonly onLine: (line: Uint8Array) => void,
    /** The limit that an error names. */
    readonly named = max,
  ) {
    this.#rest = new Accumulator(max, named);
  }

  get held(): number {
    return this.#rest.length;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
      this.#line(chunk.subarray(from, at));
      from = at + 1;
    }
    if (from < chunk.length) this.#rest.add(chunk.subarray(from));
  }

  /** Gives what is held of an unfinished line, and forgets it. */
  takeRest(): Uint8Array {
    return this.#rest.take();
  }

  #line(end: Uint8Array): void {
    if (this.#rest.length > 0) {
      this.#rest.add(end);
      this.onLine(this.#rest.take());
    } else if (end.length > this.max) throw tooLong(this.named);
    else this.onLine(end);
  }
}
