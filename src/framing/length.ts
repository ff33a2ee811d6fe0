import { type Codec, type Decoder, keep } from '../core/index.js';
import { Accumulator, defaultMaxMessage, tooLong, truncated } from './accumulator.js';

const headerSize = 4;

/**
 * A message is its length in bytes, as four bytes with the highest first, and then its bytes. For messages
 * with any content. `max` is the longest message in bytes (at most 2^32 - 1).
 */
export function length({ max = defaultMaxMessage }: { max?: number } = {}): Codec<Uint8Array> {
  return {
    name: 'length',
    keep,
    decoder: (emit) => new LengthDecoder(max, emit),
    encode(message) {
      const encoded = new Uint8Array(headerSize + message.length);
      new DataView(encoded.buffer).setUint32(0, message.length);
      encoded.set(message, headerSize);
      return encoded;
    },
  };
}

class LengthDecoder implements Decoder {
  /** Bytes of the message that are still to come, or -1 in a header. */
  #missing = -1;
  #header = 0;
  #headerBytes = 0;
  readonly #message: Accumulator;

  constructor(
    readonly max: number,
    readonly emit: (message: Uint8Array) => void,
  ) {
    this.#message = new Accumulator(max);
  }

  get held(): number {
    return this.#headerBytes + this.#message.length;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) at = this.#missing < 0 ? this.#readHeader(chunk, at) : this.#readBody(chunk, at);
  }

  end(): void {
    if (this.#headerBytes > 0 || this.#missing >= 0) throw truncated(this.held);
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.#headerBytes < headerSize) {
      this.#header = this.#header * 256 + (chunk[at++] as number);
      this.#headerBytes++;
    }
    if (this.#headerBytes < headerSize) return at;
    if (this.#header > this.max) throw tooLong(this.max);
    this.#missing = this.#header;
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
    this.#header = 0;
    this.#headerBytes = 0;
    this.emit(message);
  }
}
