import { type Codec, WirelineError } from '../core/index.js';
import { truncated } from './accumulator.js';
import { LineDecoder } from './line-decoder.js';

const defaultMax = 1024 * 1024;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const BRACE = '{'.charCodeAt(0);
/** Drops a byte-order mark, which is no part of JSON. */
const decoder = new TextDecoder('utf-8');
const encoder = new TextEncoder();

/** Options of {@link jsonLines}. */
export interface JsonLinesOptions {
  /** The longest line, in bytes (default 1 MiB). */
  readonly max?: number;
  /** True if lines that do not begin with `{` are passed over instead of failing: words for people, say. */
  readonly objectsOnly?: boolean;
}

/** A type whose values JSON writes as an object: no array, function, `Map` or `Set`. */
export type JsonObject = object & { readonly [Symbol.iterator]?: never; readonly call?: never };

/**
 * One JSON object (RFC 8259) per line, in UTF-8; white space around it and empty lines are ignored. `In` is what is
 * received, and `Out`, where it differs, what is sent. A line that is not a JSON object is an error of code
 * `protocol`, and a line of over `max` bytes one of code `too-long`. `encode` throws `usage` for a value that JSON
 * does not write as an object. Nothing here checks that an object has the fields of `In`: its receiver must.
 */
export function jsonLines<In extends JsonObject, Out extends JsonObject = In>({
  max = defaultMax,
  objectsOnly = false,
}: JsonLinesOptions = {}): Codec<In, Out> {
  return {
    name: 'json',
    decoder(emit) {
      const lines = new LineDecoder(max, (line) => {
        if (isBlank(line) || (objectsOnly && line[0] !== BRACE)) return true;
        return emit(parse(line) as In);
      });
      return {
        push: (chunk) => lines.push(chunk),
        end() {
          const { held } = lines;
          if (held > 0) emit(whole(lines.takeRest(), held) as In);
        },
        get held() {
          return lines.held;
        },
      };
    },
    encode: encodeLine,
    retain: (message) => message,
  };
}

function encodeLine(message: object): Uint8Array {
  const line = written(message);
  // Also an object may be written as something else, by its `toJSON`.
  if (line?.charCodeAt(0) !== BRACE) throw new WirelineError('usage', 'JSON does not write it as an object');
  return encoder.encode(`${line}\n`);
}

/** The value as JSON; undefined for what JSON leaves out, such as a function. */
function written(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new WirelineError('usage', `JSON cannot write it: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
}

/** An object ends where it ends, so that a last line needs no newline. */
function whole(line: Uint8Array, held: number): object {
  try {
    return parse(line);
  } catch {
    throw truncated(held);
  }
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === SPACE || byte === TAB || byte === CR);
}

function parse(bytes: Uint8Array): object {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new WirelineError('protocol', 'a line is not JSON', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WirelineError('protocol', 'a line is not a JSON object');
  }
  return value;
}
