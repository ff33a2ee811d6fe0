import type { Entry, Extent, Log, Retention } from '../core/index.js';
import { groupedLog, type Store } from './grouped.js';

const encoder = new TextEncoder();

/** How {@link memoryLog} keeps what is said. */
export interface MemoryLogOptions {
  /** What is kept of each room (default 10,000 entries). */
  readonly retention?: Retention;
  /** The time of the day, in milliseconds. */
  readonly now?: () => number;
}

/**
 * A log in memory: the specification, and the test double. An acknowledged append survives nothing: with the
 * process it is gone, and the next one has another epoch.
 */
export function memoryLog({ retention = { entries: 10_000 }, now = Date.now }: MemoryLogOptions = {}): Log {
  return groupedLog(new MemoryStore(retention, now), now);
}

/** The entries of one room: `entries[from]` is the oldest that is kept. */
interface Kept {
  entries: Entry[];
  from: number;
  last: number;
  bytes: number;
  readonly byKey: Map<string, Entry>;
}

class MemoryStore implements Store {
  readonly epoch = crypto.randomUUID();
  readonly #rooms = new Map<string, Kept>();

  constructor(
    readonly retention: Retention,
    readonly now: () => number,
  ) {}

  /** Nothing here fails half-way. */
  transaction(run: () => void): void {
    run();
  }

  extent(room: string): Extent {
    const kept = this.#rooms.get(room);
    if (!kept) return { first: 1, last: 0 };
    return { first: kept.last - (kept.entries.length - kept.from) + 1, last: kept.last };
  }

  put(room: string, entry: Entry): Entry {
    let kept = this.#rooms.get(room);
    if (!kept) {
      kept = { entries: [], from: 0, last: 0, bytes: 0, byKey: new Map() };
      this.#rooms.set(room, kept);
    }
    if (entry.key !== undefined) {
      const before = kept.byKey.get(entry.key);
      if (before) return before;
      kept.byKey.set(entry.key, entry);
    }
    kept.entries.push(entry);
    kept.last = entry.number;
    kept.bytes += this.#sizeOf(entry);
    return entry;
  }

  settle(room: string): void {
    const kept = this.#rooms.get(room);
    if (!kept) return;
    const { entries = Infinity, bytes = Infinity, ageMs = Infinity } = this.retention;
    const oldest = this.now() - ageMs;
    for (let entry = kept.entries[kept.from]; entry; entry = kept.entries[kept.from]) {
      const count = kept.entries.length - kept.from;
      if (count <= entries && kept.bytes <= bytes && entry.time >= oldest) break;
      kept.from++;
      kept.bytes -= this.#sizeOf(entry);
      if (entry.key !== undefined) kept.byKey.delete(entry.key);
    }
    // The array is cut now and then, and not with each entry, as that moves all the others.
    if (kept.from > 1024 && kept.from * 2 > kept.entries.length) {
      kept.entries = kept.entries.slice(kept.from);
      kept.from = 0;
    }
  }

  read(room: string, after: number, limit: number): Entry[] {
    const kept = this.#rooms.get(room);
    if (!kept) return [];
    const from = kept.from + Math.max(0, after + 1 - this.extent(room).first);
    return kept.entries.slice(from, from + limit);
  }

  close(): void {
    this.#rooms.clear();
  }

  /** Counted only where it is asked for, as it takes longer than all the rest. */
  #sizeOf({ from, body }: Entry): number {
    if (this.retention.bytes === undefined) return 0;
    return encoder.encode(from).length + encoder.encode(body).length;
  }
}
