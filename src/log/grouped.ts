import { asWirelineError, type Entry, type Extent, type Log, type Saying, WirelineError } from '../core/index.js';

/** Where a {@link groupedLog} stores entries. Synchronous: one process writes at a time. */
export interface Store {
  readonly epoch: string;
  /** Runs `run`, whose changes are stored whole, or not at all where it throws. */
  transaction(run: () => void): void;
  extent(room: string): Extent;
  /** Stores an entry, whose number is `last + 1`, and gives it; or gives the kept one that was made with its key. */
  put(room: string, entry: Entry): Entry;
  /** Ends a group that added to `room`, in its transaction: drops what the retention does not keep. */
  settle(room: string): void;
  /** Drops what has become too old, outside of a group. */
  expire(room: string): void;
  read(room: string, after: number, limit: number): Entry[];
  close(): void;
}

interface Append {
  readonly room: string;
  readonly sayings: readonly Saying[];
  resolve(entries: readonly Entry[]): void;
  reject(error: Error): void;
}

/** Entries that were added in one group, a room. */
type Added = Map<string, Entry[]>;

/**
 * A log on a store. All appends of one turn of the event loop are stored in one transaction (a group commit:
 * each costs a part of one disk write), and each room's followers are told once. `now` is the time of the day
 * in milliseconds.
 */
export function groupedLog(store: Store, now: () => number = Date.now): Log {
  return new GroupedLog(store, now);
}

class GroupedLog implements Log {
  readonly epoch: string;
  #waiting: Append[] = [];
  #closed = false;
  readonly #followers = new Map<string, Set<(entries: readonly Entry[]) => void>>();

  constructor(
    readonly store: Store,
    readonly now: () => number,
  ) {
    this.epoch = store.epoch;
  }

  append(room: string, sayings: readonly Saying[]): Promise<readonly Entry[]> {
    if (this.#closed) return Promise.reject(new WirelineError('shutdown', 'the log is closed'));
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ room, sayings, resolve, reject }) === 1) setImmediate(() => this.#commit());
    });
  }

  async read(room: string, { after, limit }: { after: number; limit: number }): Promise<readonly Entry[]> {
    try {
      return this.store.read(room, after, limit);
    } catch (error) {
      throw asWirelineError(error);
    }
  }

  extent(room: string): Extent {
    try {
      this.store.expire(room);
      return this.store.extent(room);
    } catch (error) {
      throw asWirelineError(error);
    }
  }

  follow(room: string, receive: (entries: readonly Entry[]) => void): () => void {
    const followers = this.#followers.get(room) ?? new Set();
    this.#followers.set(room, followers.add(receive));
    return () => {
      followers.delete(receive);
      if (followers.size === 0 && this.#followers.get(room) === followers) this.#followers.delete(room);
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#commit();
    this.store.close();
  }

  #commit(): void {
    const appends = this.#waiting;
    this.#waiting = [];
    const added: Added = new Map();
    let answers: Entry[][] = [];
    try {
      this.store.transaction(() => {
        answers = appends.map(({ room, sayings }) => this.#store(room, sayings, added));
        for (const room of added.keys()) this.store.settle(room);
      });
    } catch (error) {
      const failure = asWirelineError(error);
      for (const { reject } of appends) reject(failure);
      return;
    }
    for (const [room, entries] of added) this.#tell(room, entries);
    for (const [at, { resolve }] of appends.entries()) resolve(answers[at] ?? []);
  }

  #store(room: string, sayings: readonly Saying[], added: Added): Entry[] {
    const time = this.now();
    const news = added.get(room) ?? [];
    let { last } = this.store.extent(room);
    const answers: Entry[] = [];
    for (const { from, body, key } of sayings) {
      const number = last + 1;
      const entry = key === undefined ? { number, time, from, body } : { number, time, from, body, key };
      const stored = this.store.put(room, entry);
      answers.push(stored);
      if (stored !== entry) continue;
      last = number;
      news.push(entry);
    }
    if (news.length > 0) added.set(room, news);
    return answers;
  }

  #tell(room: string, entries: readonly Entry[]): void {
    for (const receive of this.#followers.get(room) ?? []) receive(entries);
  }
}
