import type { Entry } from '../core/index.js';

/** Characters of bodies that are encoded at a time, but for a longer one. */
export const enough = 64 * 1024;
/** What an entry counts beside its body: its name, its number, and the words around them. */
const overhead = 128;

/** Cuts entries into portions of a limited size, each to be encoded in one piece. An entry is never cut. */
export function* portionsOf<E extends Pick<Entry, 'body'>>(entries: readonly E[]): Generator<readonly E[]> {
  let from = 0;
  while (from < entries.length) {
    let size = 0;
    let to = from;
    do size += (entries[to++] as E).body.length + overhead;
    while (to < entries.length && size < enough);
    yield entries.slice(from, to);
    from = to;
  }
}
