import { type Codec, WirelineError } from '../core/index.js';
import { truncated } from './accumulator.js';
import { LineDecoder } from './line-decoder.js';

const defaultMax = 1024 * 1024;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const BRACE = '{'.charCodeAt(0);
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** How {@link jsonLines} reads. */
export interface JsonLinesOptions {
  /** The longest line, in bytes (default 1 MiB). */
  readonly max?: number;
  /** Whether lines that do not begin with `{` are passed over instead of failing: words for people, say. */
  readonly objectsOnly?: boolean;
}

/**
 * One JSON object (RFC 8259) a line, in UTF-8; white space around it and empty lines are ignored. A line that is not
 * a JSON object is an error of code `protocol`, one of over `max` bytes `too-long`. That an object has the fields
 * of `M` is not checked here: who receives it does.
 */
export function jsonLines<M extends object>({
  max = defaultMax,
  objectsOnly = false,
}: JsonLinesOptions = {}): Codec<M> {
  return {
    name: 'json',
    decoder(emit) {
      const lines = new LineDecoder(max, (line) => {
        if (objectsOnly && line[0] !== BRACE) return;
        if (!isBlank(line)) emit(parse(line) as M);
      });
      return {
        push: (chunk) => lines.push(chunk),
        end() {
          const { held } = lines;
          if (held > 0) emit(whole(lines.takeRest(), held) as M);
        },
        get held() {
          return lines.held;
        },
      };
    },
    encode: (message) => encoder.encode(`${JSON.stringify(message)}\n`),
    keep: (message) => message,
  };
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
