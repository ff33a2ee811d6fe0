import { attempt, report } from '../../../core/attempt.js';
import { asWirelineError, printError, WirelineError } from '../../../core/index.js';
import type { Bounds, Entry, Journal, JournalRange, NewEntry } from '../protocol/journal.js';

/** Where a {@link groupCommit} stores entries. Synchronous: one process writes at a time. */
export interface Store {
  readonly epoch: string;
  /** Runs `run`, whose changes are stored whole, or not at all where it throws. */
  transaction(run: () => void): void;
  bounds(room: string): Bounds;
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
  readonly drafts: readonly NewEntry[];
  resolve(entries: readonly Entry[]): void;
  reject(error: Error): void;
}

/** Entries that are read before it is known how long they are, and how long they may be to read the rest in one step. */
const firstStep = 4;
const shortEntry = 1024;
/** Characters that are stored in one group, but for a longer batch: a group is one step of the event loop. */
const groupSize = 512 * 1024;

/** Entries that were added in one group, a room. */
type Added = Map<string, Entry[]>;

/**
 * A journal on a store. All appends of one turn of the event loop are stored in one transaction (a group commit:
 * each costs a part of one disk write), and each room's followers are told once. `now` is the time of the day
 * in milliseconds.
 */
export function groupCommit(store: Store, now: () => number = Date.now): Journal {
  return new GroupedJournal(store, now);
}

class GroupedJournal implements Journal {
  #waiting: Append[] = [];
  #scheduled = false;
  #closed = false;
  readonly #followers = new Map<string, Set<(entries: readonly Entry[]) => void>>();

  constructor(
    readonly store: Store,
    readonly now: () => number,
  ) {}

  get epoch(): string {
    return this.store.epoch;
  }

  append(room: string, drafts: readonly NewEntry[]): Promise<readonly Entry[]> {
    if (this.#closed) return Promise.reject(new WirelineError('shutdown', 'the journal is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ room, drafts, resolve, reject });
      this.#schedule();
    });
  }

  async read(
    room: string,
    { after, limit, enough = Number.POSITIVE_INFINITY }: JournalRange,
  ): Promise<readonly Entry[]> {
    try {
      const entries: Entry[] = [];
      let last = after;
      for (
        let size = 0, step = enough === Number.POSITIVE_INFINITY ? limit : firstStep;
        entries.length < limit && size < enough;
      ) {
        const some = this.store.read(room, last, Math.min(step, limit - entries.length));
        for (const entry of some) {
          if (size >= enough) break;
          entries.push(entry);
          size += entry.body.length;
        }
        if (some.length < Math.min(step, limit)) break;
        last = (some.at(-1) as Entry).number;
        step = size / entries.length < shortEntry ? limit : firstStep;
      }
      return entries;
    } catch (error) {
      throw asWirelineError(error);
    }
  }

  bounds(room: string): Bounds {
    try {
      this.store.expire(room);
      return this.store.bounds(room);
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
    while (this.#waiting.length > 0) this.#commit();
    this.store.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#commit();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  /** Takes the oldest appends, as many as one group is to have. */
  #takeGroup(): Append[] {
    let size = 0;
    let count = 0;
    while (count < this.#waiting.length && size < groupSize) {
      for (const { body } of (this.#waiting[count++] as Append).drafts) size += body.length;
    }
    return this.#waiting.splice(0, count);
  }

  #commit(): void {
    const appends = this.#takeGroup();
    const added: Added = new Map();
    let answers: Entry[][] = [];
    try {
      this.store.transaction(() => {
        answers = appends.map(({ room, drafts }) => this.#store(room, drafts, added));
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

  #store(room: string, drafts: readonly NewEntry[], added: Added): Entry[] {
    const time = this.now();
    const news = added.get(room) ?? [];
    let { last } = this.store.bounds(room);
    const answers: Entry[] = [];
    for (const { from, body, key } of drafts) {
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

  /** An error of a follower is no failure of the journal, nor of another follower. */
  #tell(room: string, entries: readonly Entry[]): void {
    for (const receive of this.#followers.get(room) ?? []) {
      attempt(
        () => receive(entries),
        (error) => report(printError, error, { remote: `the room ${room}` }),
      );
    }
  }
}
