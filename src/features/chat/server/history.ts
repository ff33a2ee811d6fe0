import type { Entry, Journal } from '../protocol/journal.js';

/** Entries that are read at a time, so that large ones do not fill memory before they are counted. */
const page = 16;
/** Characters of bodies that one answer has, about. */
const enough = 1024 * 1024;

/** The last entries of a room before number `before`, in order: at most `limit`, and fewer where they are long. */
export async function lastEntries(journal: Journal, room: string, before: number, limit: number): Promise<Entry[]> {
  const { first, last } = journal.bounds(room);
  const end = Math.min(before, last + 1);
  const oldest = Math.max(first, end - limit);
  const newestFirst: Entry[] = [];
  let size = 0;
  for (let next = end; next > oldest && size < enough; ) {
    const from = Math.max(oldest, next - page);
    const read = await journal.read(room, { after: from - 1, limit: next - from });
    for (const entry of read.toReversed()) {
      if (size >= enough) break;
      newestFirst.push(entry);
      size += entry.body.length;
    }
    next = from;
  }
  return newestFirst.reverse();
}
