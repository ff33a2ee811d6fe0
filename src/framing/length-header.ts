import { WirelineError } from '../core/index.js';

/** The header of a {@link length} framing, which has the length of its message. */
export interface LengthHeader {
  /** Bytes of the header (default 4): 1 to 8 of a number, 1 to 64 of digits. */
  readonly bytes?: number;
  /**
   * `big-endian` (the default) has the highest byte first, `little-endian` the lowest. `ascii` is decimal digits: they
   * are sent with leading zeros, and read with zeros, spaces or NULs around them, as programs pad them in each way.
   */
  readonly form?: 'big-endian' | 'little-endian' | 'ascii';
}

/** The most bytes of a header, for each form. */
const widest: Record<Required<LengthHeader>['form'], number | undefined> = {
  'big-endian': 8,
  'little-endian': 8,
  ascii: 64,
};

/** A {@link LengthHeader} with its defaults. Throws a `WirelineError` of code `usage` where its size is none. */
export function wholeHeader({ bytes = 4, form = 'big-endian' }: LengthHeader): Required<LengthHeader> {
  const most = widest[form];
  if (most === undefined) throw new WirelineError('usage', `a length has no form ${form}`);
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > most) {
    throw new WirelineError('usage', `a ${form} length has 1 to ${most} bytes`);
  }
  return { bytes, form };
}

/** The largest length that a header can carry. */
export function mostOf({ bytes, form }: Required<LengthHeader>): number {
  return Math.min(Number.MAX_SAFE_INTEGER, (form === 'ascii' ? 10 : 256) ** bytes - 1);
}

/** Writes `length` into the first bytes of `into`. */
export function writeHeader({ bytes, form }: Required<LengthHeader>, length: number, into: Uint8Array): void {
  const base = form === 'ascii' ? 10 : 256;
  let rest = length;
  for (let i = 0; i < bytes; i++) {
    const at = form === 'little-endian' ? i : bytes - 1 - i;
    into[at] = (rest % base) + (form === 'ascii' ? ZERO : 0);
    rest = Math.floor(rest / base);
  }
}

const ZERO = 48;
const SPACE = 32;

/** Reads the headers of one stream, byte by byte. */
export class HeaderReader {
  /** Bytes of the present header that have come. */
  count = 0;
  /** The value so far; the length, once the header is whole. */
  value = 0;
  #digits: 'none' | 'some' | 'over' = 'none';
  readonly #bytes: number;
  readonly #form: Required<LengthHeader>['form'];

  constructor(header: Required<LengthHeader>) {
    this.#bytes = header.bytes;
    this.#form = header.form;
  }

  /** Reads from `chunk` at `from` on. Returns where the header ends, or the end of the chunk; `whole` says which. */
  read(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.count < this.#bytes) {
      const byte = chunk[at++] as number;
      if (this.#form === 'big-endian') this.value = this.value * 256 + byte;
      else if (this.#form === 'little-endian') this.value += byte * 256 ** this.count;
      else this.#readDigit(byte);
      this.count++;
    }
    return at;
  }

  /** True if all bytes of the header have come. Throws `protocol` where they hold no digit. */
  get whole(): boolean {
    if (this.count < this.#bytes) return false;
    if (this.#form === 'ascii' && this.#digits === 'none') throw notDigits();
    return true;
  }

  /** Begins the next header. */
  reset(): void {
    this.count = 0;
    this.value = 0;
    this.#digits = 'none';
  }

  #readDigit(byte: number): void {
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9 && this.#digits !== 'over') {
      this.#digits = 'some';
      this.value = this.value * 10 + digit;
    } else if (byte !== SPACE && byte !== 0) throw notDigits();
    else if (this.#digits === 'some') this.#digits = 'over';
  }
}

function notDigits(): WirelineError {
  return new WirelineError('protocol', 'a length in digits was expected');
}
