import type { Entry } from '../protocol/journal.js';

/** Characters of bodies that are encoded at a time for one member, but for a longer one. */
export const enough = 64 * 1024;
/** The same of what is encoded once for all members: fewer pieces are fewer writes to each of them. */
export const enoughForAll = 256 * 1024;
/** The bytes that an entry counts beside its body: its name, its number, and the words around them. */
const overhead = 128;

/** Cuts entries into portions of a limited size, each to be encoded in one piece. An entry is never cut. */
export function portionsOf<E extends Pick<Entry, 'body'>>(
  entries: readonly E[],
  most = enough,
): Generator<readonly E[]> {
  return portionsBy(entries, ({ body }) => body.length, most);
}

/** As {@link portionsOf}, for items with a body of the length that `lengthOf` returns. */
export function* portionsBy<E>(
  items: readonly E[],
  lengthOf: (item: E) => number,
  most: number,
): Generator<readonly E[]> {
  let from = 0;
  while (from < items.length) {
    let size = 0;
    let to = from;
    do size += lengthOf(items[to++] as E) + overhead;
    while (to < items.length && size < most);
    yield items.slice(from, to);
    from = to;
  }
}
