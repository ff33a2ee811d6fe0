import type { Entry, Extent, Log, Retention } from '../core/index.js';
import { groupedLog, type Store } from './grouped.js';

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

  find(room: string, key: string): Entry | undefined {
    return this.#rooms.get(room)?.byKey.get(key);
  }

  add(room: string, entry: Entry): void {
    const kept: Kept = this.#rooms.get(room) ?? { entries: [], from: 0, last: 0, bytes: 0, byKey: new Map() };
    this.#rooms.set(room, kept);
    kept.entries.push(entry);
    kept.last = entry.number;
    kept.bytes += sizeOf(entry);
    if (entry.key !== undefined) kept.byKey.set(entry.key, entry);
  }

  retain(room: string): void {
    const kept = this.#rooms.get(room);
    if (!kept) return;
    const { entries = Infinity, bytes = Infinity, ageMs = Infinity } = this.retention;
    const oldest = this.now() - ageMs;
    for (let entry = kept.entries[kept.from]; entry; entry = kept.entries[kept.from]) {
      const count = kept.entries.length - kept.from;
      if (count <= entries && kept.bytes <= bytes && entry.time >= oldest) break;
      kept.from++;
      kept.bytes -= sizeOf(entry);
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
}

const encoder = new TextEncoder();

function sizeOf({ from, body }: Entry): number {
  return encoder.encode(from).length + encoder.encode(body).length;
}
