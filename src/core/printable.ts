/**
 * Makes a peer's text safe to show on a terminal: control characters (C0, C1, DEL) appear as `^[` and the like,
 * and the ones that reorder text (Unicode's bidirectional controls, UAX #9) as `<U+202E>`, so that nobody can
 * move the cursor, change the title or dress up another's line. Newlines and tabs stay; CR LF becomes LF.
 */
export function printable(text: string): string {
  // Most text is this, and the tables behind what follows take longer to load than a short text to look through.
  if (/^[\x20-\x7e\n\t]*$/.test(text)) return text;
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, visible);
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `^${String.fromCharCode(code ^ 0x40)}`;
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
