import { bytesOf, type Codec, type Decoder, retain, WirelineError } from '../core/index.js';
import { Accumulator, defaultMaxMessage, tooLong, truncated } from './accumulator.js';

const COLON = 58;
const COMMA = 44;

/**
 * A message is `LEN:BYTES,`, its length in decimal digits without leading zeros (D. J. Bernstein, "Netstrings",
 * 1997). `max` is the longest message in bytes.
 */
export function netstring({ max = defaultMaxMessage }: { max?: number } = {}): Codec<Uint8Array> {
  return {
    name: 'netstring',
    retain: retain,
    decoder: (emit) => new NetstringDecoder(max, emit),
    encode(sent) {
      const message = bytesOf(sent);
      const digits = String(message.length);
      const encoded = new Uint8Array(digits.length + message.length + 2);
      for (let i = 0; i < digits.length; i++) encoded[i] = digits.charCodeAt(i);
      encoded[digits.length] = COLON;
      encoded.set(message, digits.length + 1);
      encoded[encoded.length - 1] = COMMA;
      return encoded;
    },
  };
}

class NetstringDecoder implements Decoder {
  #state: 'length' | 'body' | 'comma' = 'length';
  /** An emit has asked for no more. */
  #stopped = false;
  #length = 0;
  #digits = 0;
  #whole: Uint8Array | undefined;
  readonly #message: Accumulator;

  constructor(
    readonly max: number,
    readonly emit: (message: Uint8Array) => unknown,
  ) {
    this.#message = new Accumulator(max);
  }

  get held(): number {
    return this.#digits + this.#message.length;
  }

  push(chunk: Uint8Array): number {
    this.#stopped = false;
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      if (this.#state === 'length') this.#readDigit(chunk[at++] as number);
      else if (this.#state === 'body') at = this.#readBody(chunk, at);
      else this.#readComma(chunk[at++] as number);
    }
    // The message may have ended with the chunk, its comma being in the next one.
    if (this.#whole) {
      this.#message.add(this.#whole);
      this.#whole = undefined;
    }
    return at;
  }

  end(): void {
    if (this.#digits > 0) throw truncated(this.held);
  }

  #readDigit(byte: number): void {
    if (byte === COLON && this.#digits > 0) {
      this.#state = this.#length === 0 ? 'comma' : 'body';
      return;
    }
    const digit = byte - 48;
    if (!(digit >= 0 && digit <= 9)) throw protocol('a length in digits was expected');
    if (this.#digits > 0 && this.#length === 0) throw protocol('a length begins with 0');
    this.#length = this.#length * 10 + digit;
    this.#digits++;
    if (this.#length > this.max) throw tooLong(this.max);
  }

  #readBody(chunk: Uint8Array, from: number): number {
    const to = Math.min(chunk.length, from + this.#length - this.#message.length);
    const part = chunk.subarray(from, to);
    if (part.length === this.#length) this.#whole = part;
    else this.#message.add(part);
    if (this.#whole || this.#message.length === this.#length) this.#state = 'comma';
    return to;
  }

  #readComma(byte: number): void {
    if (byte !== COMMA) throw protocol('a comma was expected after the message');
    const message = this.#whole ?? this.#message.take();
    this.#whole = undefined;
    this.#state = 'length';
    this.#length = 0;
    this.#digits = 0;
    this.#stopped = this.emit(message) === false;
  }
}

function protocol(what: string): WirelineError {
  return new WirelineError('protocol', `not a netstring: ${what}`);
}
