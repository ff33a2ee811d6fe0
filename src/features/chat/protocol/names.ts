import { Refusal } from './refusal.js';

/** Code points that a name may have, and a room's name. */
const maxNameLength = 32;
const maxRoomLength = 64;

/** Scripts that people write together: all others are not mixed (UTS 39, section 5.2, 'highly restrictive'). */
const together = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Hangul'],
  ['Latin', 'Han', 'Bopomofo'],
];
const common = [
  ...['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Hebrew', 'Arabic', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati'],
  ...['Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar', 'Georgian', 'Hangul'],
  ...['Ethiopic', 'Cherokee', 'Khmer', 'Mongolian', 'Hiragana', 'Katakana', 'Bopomofo', 'Han', 'Coptic', 'Deseret'],
];
const ofScripts = (names: readonly string[]) => names.map((name) => `\\p{Script=${name}}`).join('');
/** Made with the first name that needs them: the tables behind these patterns take milliseconds to build. */
let scripts: readonly { script: string; pattern: RegExp }[] | undefined;

/**
 * The spelling of a name as it is shown: full-width and half-width forms as the usual ones, in Unicode's form C.
 * Throws `bad-name` for what is empty or too long, has other characters than letters, digits, marks and `_.'-`,
 * begins with a mark or a sign, or mixes scripts (Latin with Cyrillic, say), so that one name does not pass for another.
 * Look-alikes within one script are not refused.
 */
export function parseNick(text: string): string {
  return checked(text, 'bad-name', 'a name', maxNameLength);
}

/** The spelling of a room's name: as {@link parseNick}, without a `#` before it, folded. Throws `bad-room`. */
export function parseRoomName(text: string): string {
  return casefold(checked(text.replace(/^#/, ''), 'bad-room', "a room's name", maxRoomLength));
}

/**
 * The form that two spellings of one name share: after the profile UsernameCaseMapped of PRECIS (RFC 8265,
 * section 3.3), they are mapped to their usual width and to lower case and brought to form C.
 */
export function casefold(name: string): string {
  return name.toLowerCase().normalize('NFC');
}

function checked(text: string, code: 'bad-name' | 'bad-room', what: string, max: number): string {
  // Nothing of this length is worth normalizing.
  if (text.length > max * 8) throw new Refusal(code, `${what} has at most ${max} characters`);
  const name = text.replace(/[\uff01-\uffee]/g, (wide) => wide.normalize('NFKC')).normalize('NFC');
  if ([...name].length > max) throw new Refusal(code, `${what} has at most ${max} characters`);
  if (!isSpelt(name) || name !== name.normalize('NFKC')) {
    throw new Refusal(code, `${what} is of letters, digits and _.'- and begins with a letter or a digit`);
  }
  if (mixes(name)) throw new Refusal(code, `${what} is of one script: the letters of several look alike`);
  return name;
}

function isSpelt(name: string): boolean {
  if (/^[A-Za-z0-9][\w.'-]*$/.test(name)) return true;
  // Letters and marks that are not seen: a name with one looks just as the one without (RFC 8264, section 9.13).
  if (/\p{Default_Ignorable_Code_Point}|\p{M}{3}/u.test(name)) return false;
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.'-]*$/u.test(name);
}

function mixes(name: string): boolean {
  if (/^[\w.'-]*$/.test(name)) return false;
  scripts ??= scriptPatterns();
  const used = scripts.filter(({ pattern }) => pattern.test(name)).map(({ script }) => script);
  return used.length > 1 && !together.some((group) => used.every((script) => group.includes(script)));
}

function scriptPatterns() {
  return [
    ...common.map((script) => ({ script, pattern: new RegExp(ofScripts([script]), 'u') })),
    // All others count as one: some have letters that look just as Latin ones.
    { script: 'another', pattern: new RegExp(`[^${ofScripts([...common, 'Common', 'Inherited'])}]`, 'u') },
  ];
}
