import { concat, WirelineError } from '../../../core/index.js';
import { reverse } from './reverse.js';
import type { Transform } from './transform.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The built-in transforms of a message. Those of text take invalid UTF-8 as U+FFFD; the others keep bytes. */
export const transforms = {
  /** The characters that people see (grapheme clusters, UAX #29), last one first. */
  reverse: () => reverse,
  /** In capitals. */
  upper: () => (message) => cased(message, 97, 122, (text) => text.toUpperCase()),
  /** In small letters. */
  lower: () => (message) => cased(message, 65, 90, (text) => text.toLowerCase()),
  /** Its length in bytes. */
  length: () => (message) => encoder.encode(String(message.length)),
  /** With its number on this connection before it: `3: hello`. */
  count: () => {
    let number = 0;
    return (message) => concat([`${++number}: `, message]);
  },
  /** Each Latin letter moved by 13; twice is the message again. */
  rot13: () => rot13,
} as const satisfies Readonly<Record<string, () => Transform>>;

/** The names of the built-in transforms that need no text of their own. */
export type TransformName = keyof typeof transforms;

/**
 * Finds the built-in transform that is meant by a word of the command line: a name, `prefix:TEXT` or
 * `suffix:TEXT`. Returns undefined where it is none, and so the path of a module.
 */
export function builtIn(word: string): (() => Transform) | undefined {
  if (Object.hasOwn(transforms, word)) return transforms[word as TransformName];
  const [, kind, text = ''] = /^(prefix|suffix):(.*)$/s.exec(word) ?? [];
  if (kind === undefined) return undefined;
  if (text.includes('\n')) throw new WirelineError('usage', `the text of ${kind} is one line`);
  const added = encoder.encode(text);
  return () => (message) => concat(kind === 'prefix' ? [added, message] : [message, added]);
}

/** Changes the case: of ASCII by flipping a bit of the letters from `first` to `last`. */
function cased(message: Uint8Array, first: number, last: number, ofText: (text: string) => string): Uint8Array {
  if (!isAscii(message)) return encoder.encode(ofText(decoder.decode(message)));
  const changed = new Uint8Array(message);
  for (let at = 0; at < changed.length; at++) {
    const byte = changed[at] as number;
    if (byte >= first && byte <= last) changed[at] = byte ^ 32;
  }
  return changed;
}

function rot13(message: Uint8Array): Uint8Array {
  const turned = new Uint8Array(message);
  for (let at = 0; at < turned.length; at++) {
    const byte = turned[at] as number;
    const small = byte | 32;
    if (small >= 97 && small <= 122) turned[at] = byte + (small < 110 ? 13 : -13);
  }
  return turned;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if ((bytes[at] as number) > 127) return false;
  return true;
}
