import type { Entry } from '../protocol/journal.js';

/**
 * A text as it is stored. The driver cuts text at a NUL, and UTF-8 has no halves of characters (lone surrogates): what
 * has some is stored as its UTF-16 units.
 */
export function toColumn(text: string): string | Uint8Array {
  return text.includes('\0') || /\p{Surrogate}/u.test(text) ? Buffer.from(text, 'utf16le') : text;
}

/** Returns a text as it was, from its column. */
function fromColumn(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf16le');
}

/** Returns the entry of a row. */
export function entryOf(row: unknown): Entry {
  const { number, time, sender, body, key } = row as Record<'sender' | 'body', string | Uint8Array> &
    Record<'number' | 'time', number> & { key: string | Uint8Array | null };
  return {
    number,
    time,
    from: fromColumn(sender),
    body: fromColumn(body),
    ...(key === null ? {} : { key: fromColumn(key) }),
  };
}
