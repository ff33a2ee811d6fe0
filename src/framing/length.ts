import { bytesOf, type Codec, type Decoder, retain } from '../core/index.js';
import { Accumulator, defaultMaxMessage, tooLong, truncated } from './accumulator.js';
import { HeaderReader, type LengthHeader, mostOf, wholeHeader, writeHeader } from './length-header.js';

/** Options of {@link length}. */
export interface LengthOptions extends LengthHeader {
  /** The longest message in bytes (default 16 MiB, and never more than the header can say). */
  readonly max?: number;
}

/**
 * A message is its length in bytes, as four bytes with the highest first, and then its bytes. For messages with any
 * content. Headers of other sizes and forms are options: see {@link LengthHeader}. Throws a `WirelineError` of code
 * `usage` where the header's size is none.
 */
export function length({ max: limit = defaultMaxMessage, ...options }: LengthOptions = {}): Codec<Uint8Array> {
  const header = wholeHeader(options);
  const most = mostOf(header);
  const max = Math.min(limit, most);
  return {
    name: 'length',
    retain: retain,
    decoder: (emit) => new LengthDecoder(max, header, emit),
    encode(sent) {
      const message = bytesOf(sent);
      if (message.length > most) throw tooLong(most);
      const encoded = new Uint8Array(header.bytes + message.length);
      writeHeader(header, message.length, encoded);
      encoded.set(message, header.bytes);
      return encoded;
    },
  };
}

class LengthDecoder implements Decoder {
  /** Bytes of the message that are still to come, or -1 in a header. */
  #missing = -1;
  /** An emit has asked for no more. */
  #stopped = false;
  readonly #header: HeaderReader;
  readonly #message: Accumulator;

  constructor(
    readonly max: number,
    header: Required<LengthHeader>,
    readonly emit: (message: Uint8Array) => unknown,
  ) {
    this.#header = new HeaderReader(header);
    this.#message = new Accumulator(max);
  }

  get held(): number {
    return this.#header.count + this.#message.length;
  }

  push(chunk: Uint8Array): number {
    this.#stopped = false;
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      at = this.#missing < 0 ? this.#readHeader(chunk, at) : this.#readBody(chunk, at);
    }
    return at;
  }

  end(): void {
    if (this.#header.count > 0) throw truncated(this.held);
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    const at = this.#header.read(chunk, from);
    if (!this.#header.whole) return at;
    if (this.#header.value > this.max) throw tooLong(this.max);
    this.#missing = this.#header.value;
    if (this.#missing === 0) this.#finish(new Uint8Array(0));
    return at;
  }

  #readBody(chunk: Uint8Array, from: number): number {
    const to = Math.min(chunk.length, from + this.#missing);
    const part = chunk.subarray(from, to);
    if (this.#message.length === 0 && part.length === this.#missing) this.#finish(part);
    else {
      this.#message.add(part);
      this.#missing -= part.length;
      if (this.#missing === 0) this.#finish(this.#message.take());
    }
    return to;
  }

  #finish(message: Uint8Array): void {
    this.#missing = -1;
    this.#header.reset();
    this.#stopped = this.emit(message) === false;
  }
}
