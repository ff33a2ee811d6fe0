import type { Bounds, Entry, Journal, Retention } from '../protocol/journal.js';
import { groupCommit, type Store } from './grouped.js';

/** Options of {@link memoryJournal}. */
export interface MemoryJournalOptions {
  /** The part of each room that is kept (default 10,000 entries). */
  readonly retention?: Retention;
  /** Bytes kept in all, with what an entry takes beside its text (default 256 MiB): beyond them, the rooms in which nothing was said for longest lose their oldest. */
  readonly totalBytes?: number;
  /** Rooms of which something is kept (default 20,000): beyond them, those in which nothing was said for longest are forgotten. */
  readonly maxRooms?: number;
  /** The time of the day, in milliseconds. */
  readonly now?: () => number;
}

/**
 * A journal in memory: the specification, and the test double. An acknowledged append survives nothing: with the
 * process it is gone, and the next one has another epoch.
 */
export function memoryJournal(options: MemoryJournalOptions = {}): Journal {
  const {
    retention = { entries: 10_000 },
    totalBytes = 256 * 1024 * 1024,
    maxRooms = 20_000,
    now = Date.now,
  } = options;
  return groupCommit(new MemoryStore(retention, totalBytes, maxRooms, now), now);
}

/** The entries of one room: `entries[from]` is the oldest that is kept. */
interface Kept {
  readonly room: string;
  /** Dropped entries leave a hole until the array is cut. */
  entries: (Entry | undefined)[];
  from: number;
  last: number;
  bytes: number;
  readonly byKey: Map<string, Entry>;
}

class MemoryStore implements Store {
  #epoch: string | undefined;
  readonly #rooms = new Map<string, Kept>();
  /** The last number of any room that was forgotten: none is given twice in one epoch. */
  #forgotten = 0;
  /** The rooms that keep something, the one in which something was said last at the end. */
  readonly #full = new Set<Kept>();
  #bytes = 0;

  constructor(
    readonly retention: Retention,
    readonly totalBytes: number,
    readonly maxRooms: number,
    readonly now: () => number,
  ) {}

  /** Made when it is first asked for: Node takes a few milliseconds to load what makes it, and the port waits. */
  get epoch(): string {
    this.#epoch ??= crypto.randomUUID();
    return this.#epoch;
  }

  /** Nothing here fails half-way. */
  transaction(run: () => void): void {
    run();
  }

  bounds(room: string): Bounds {
    const kept = this.#rooms.get(room);
    if (!kept) return { first: this.#forgotten + 1, last: this.#forgotten };
    return { first: kept.last - (kept.entries.length - kept.from) + 1, last: kept.last };
  }

  put(room: string, entry: Entry): Entry {
    let kept = this.#rooms.get(room);
    if (!kept) {
      kept = { room, entries: [], from: 0, last: this.#forgotten, bytes: 0, byKey: new Map() };
      this.#rooms.set(room, kept);
    }
    if (entry.key !== undefined) {
      const before = kept.byKey.get(entry.key);
      if (before) return before;
      kept.byKey.set(entry.key, entry);
    }
    kept.entries.push(entry);
    kept.last = entry.number;
    const size = sizeOf(entry);
    kept.bytes += size;
    this.#bytes += size + overhead(entry);
    return entry;
  }

  settle(room: string): void {
    const kept = this.#rooms.get(room);
    if (!kept) return;
    const { entries = Infinity, bytes = Infinity } = this.retention;
    this.#drop(kept, (_entry, count) => count > entries || kept.bytes > bytes);
    this.expire(room);
    this.#full.delete(kept);
    this.#full.add(kept);
    for (const longest of this.#full) {
      const tooMany = this.#rooms.size > this.maxRooms;
      if (this.#bytes <= this.totalBytes && !tooMany) return;
      this.#drop(longest, () => tooMany || this.#bytes > this.totalBytes);
      if (longest.from === longest.entries.length) this.#forget(longest);
    }
  }

  /** A room of which nothing is kept takes no memory. */
  #forget(kept: Kept): void {
    this.#full.delete(kept);
    this.#rooms.delete(kept.room);
    this.#forgotten = Math.max(this.#forgotten, kept.last);
  }

  expire(room: string): void {
    const kept = this.#rooms.get(room);
    const { ageMs } = this.retention;
    if (!kept || ageMs === undefined) return;
    const oldest = this.now() - ageMs;
    this.#drop(kept, ({ time }) => time < oldest);
  }

  /** Drops the oldest entries as long as `goes` says so, which is given how many there are. */
  #drop(kept: Kept, goes: (entry: Entry, count: number) => boolean): void {
    for (let entry = kept.entries[kept.from]; entry; entry = kept.entries[kept.from]) {
      if (!goes(entry, kept.entries.length - kept.from)) break;
      kept.entries[kept.from++] = undefined;
      const size = sizeOf(entry);
      kept.bytes -= size;
      this.#bytes -= size + overhead(entry);
      if (entry.key !== undefined) kept.byKey.delete(entry.key);
    }
    // The array is cut now and then, and not with each entry, as that moves all the others.
    const all = kept.from === kept.entries.length;
    if (all || (kept.from > 1024 && kept.from * 2 > kept.entries.length)) {
      kept.entries = kept.entries.slice(kept.from);
      kept.from = 0;
    }
  }

  read(room: string, after: number, limit: number): Entry[] {
    const kept = this.#rooms.get(room);
    if (!kept) return [];
    const from = kept.from + Math.max(0, after + 1 - this.bounds(room).first);
    return kept.entries.slice(from, from + limit) as Entry[];
  }

  close(): void {
    this.#rooms.clear();
    this.#full.clear();
  }
}

/** The bytes that an entry takes beside its name and body, about: short ones are mostly that. */
function overhead({ key = '' }: Entry): number {
  return 200 + key.length;
}

function sizeOf({ from, body }: Entry): number {
  return Buffer.byteLength(from) + Buffer.byteLength(body);
}
