/** Something said in a room, before it has a number. */
export interface NewEntry {
  /** The sender's name, as it is shown. */
  readonly from: string;
  readonly body: string;
  /**
   * A key of the sender's own, unique in the room. An entry whose key the journal still holds is not stored again:
   * it is answered with the entry that it made before. So a sender that was cut off may say it once more.
   */
  readonly key?: string;
}

/** A message of a room: a new entry with its number. */
export interface Entry extends NewEntry {
  /** 1, 2, 3 and so on in each room; never used twice, also not after entries were dropped or the journal was reopened. */
  readonly number: number;
  /** When it was appended, in milliseconds since 1970 (UTC). */
  readonly time: number;
}

/** The part of each room that a journal keeps. Older entries are dropped, and their numbers are not used again. */
export interface Retention {
  /** Entries kept. */
  readonly entries?: number;
  /** Bytes kept, of names and bodies as UTF-8. */
  readonly bytes?: number;
  /** Milliseconds for which an entry is kept: it is dropped when its room is next added to, or its bounds asked for. */
  readonly ageMs?: number;
}

/** The numbers that a journal has of a room. */
export interface Bounds {
  /** The oldest entry that is kept; `last + 1` where none is. */
  readonly first: number;
  /** The newest number that was given; 0 where nothing was ever said. */
  readonly last: number;
}

/** The range that {@link Journal.read} reads. */
export interface JournalRange {
  readonly after: number;
  readonly limit: number;
  readonly enough?: number;
}

/**
 * The messages of rooms, in the one order that all members of a room see.
 *
 * Guarantees, held by one conformance suite: the entries of a room are numbered without holes in the order in
 * which `append` was called, and a batch is stored whole or not at all. An entry is given to `follow` only after
 * it is stored, in order, each once, and before the promise of its `append` resolves; who reads up to the `last`
 * of `bounds` and then follows, in one turn, misses nothing and gets nothing twice. What an acknowledged `append`
 * survives is said by each implementation. Failures reject with a `WirelineError`, which `bounds` throws, and store
 * nothing.
 */
export interface Journal {
  /** Names the life of this journal: another epoch means that the numbers of before mean nothing any more. */
  readonly epoch: string;
  /** Stores drafts, and resolves with their entries, in the same order: one promise per batch. */
  append(room: string, drafts: readonly NewEntry[]): Promise<readonly Entry[]>;
  /**
   * Resolves with the oldest kept entries after number `after`, in order: at most `limit` of them, and none after those
   * whose bodies have `enough` characters together (default: no limit). So a page of long entries stays small.
   */
  read(room: string, range: JournalRange): Promise<readonly Entry[]>;
  /** The numbers that there are now, as far as followers have been told. */
  bounds(room: string): Bounds;
  /** Calls `receive` with each batch of new entries of the room, from now on. Returns a function that stops it. */
  follow(room: string, receive: (entries: readonly Entry[]) => void): () => void;
  /** Finishes what was begun, and lets go of files. Nothing may be called after it. */
  close(): Promise<void>;
}
