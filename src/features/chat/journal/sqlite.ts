import { WirelineError } from '../../../core/index.js';
import type { Bounds, Entry, Journal, Retention } from '../protocol/journal.js';
import { groupCommit, type Store } from './grouped.js';
import { sameFile } from './same-file.js';
import { type Database, openDatabase, type Statement } from './sqlite-driver.js';
import { entryOf, toColumn } from './sqlite-rows.js';
import { check, migrate } from './sqlite-schema.js';
import { prepared } from './sqlite-statements.js';

/** Options of {@link sqliteJournal}. */
export interface SqliteJournalOptions {
  /** The part of each room that is kept (default: all). */
  readonly retention?: Retention;
  /**
   * `full`: an acknowledged append survives a power cut, as far as the disk keeps its word. `normal`: it survives
   * the end of the process, also by SIGKILL, and a power cut may take the last ones.
   */
  readonly sync?: 'full' | 'normal';
  /** Bytes that the file may have; an append that would pass them is refused (default: as the disk has room). */
  readonly maxBytes?: number;
  /** The time of the day, in milliseconds. */
  readonly now?: () => number;
}

/**
 * A journal in a SQLite file (WAL, one transaction a turn). The epoch is the file's. Rejects with a `WirelineError`
 * where the file cannot be opened, is damaged or of a newer version, or another process writes to it.
 */
export async function sqliteJournal(path: string, options: SqliteJournalOptions = {}): Promise<Journal> {
  const now = options.now ?? Date.now;
  let database: Database | undefined;
  try {
    database = await openDatabase(path);
    return groupCommit(new SqliteStore(database, path, options, now), now);
  } catch (error) {
    database?.close();
    throw failure(path, error);
  }
}

/** A room whose row and extent are known: reading them for each entry would be most of the work. */
interface Known {
  readonly id: number;
  first: number;
  last: number;
  /** Bytes of its entries; 0 where nobody asks. */
  bytes: number;
}

/** Rooms that are known at a time: others are looked up when they are needed. */
const mostKnown = 10_000;

class SqliteStore implements Store {
  readonly epoch: string;
  #rooms = new Map<string, Known>();
  readonly #sameFile: () => void;
  readonly #statements: Record<'begin' | 'commit' | 'rollback', Statement> & ReturnType<typeof prepared>;

  constructor(
    readonly database: Database,
    readonly path: string,
    readonly options: SqliteJournalOptions,
    readonly now: () => number,
  ) {
    // One writer: a second process finds the file locked at once, instead of numbering beside us.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0;');
    check(database);
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${options.sync === 'normal' ? 'NORMAL' : 'FULL'};`);
    this.epoch = migrate(database);
    this.#sameFile = sameFile(path);
    if (options.maxBytes !== undefined) limitSize(database, options.maxBytes);
    const [begin, commit, rollback] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) => database.prepare(sql)) as [
      Statement,
      Statement,
      Statement,
    ];
    this.#statements = { begin, commit, rollback, ...prepared(database) };
  }

  transaction(run: () => void): void {
    if (this.#rooms.size > mostKnown) this.#rooms = new Map();
    try {
      // Nobody can open a file that was removed: its content is lost with the process.
      this.#sameFile();
      this.#statements.begin.run();
      run();
      this.#statements.commit.run();
    } catch (error) {
      // The numbers of this transaction were never given.
      this.#rooms = new Map();
      this.#rollback();
      throw failure(this.path, error);
    }
  }

  bounds(room: string): Bounds {
    const known = this.#reading(() => this.#known(room));
    return known ? { first: known.first, last: known.last } : { first: 1, last: 0 };
  }

  put(room: string, entry: Entry): Entry {
    const known = this.#known(room) ?? this.#made(room);
    const { number, time, from, body } = entry;
    const key = entry.key === undefined ? null : toColumn(entry.key);
    const { add, find } = this.#statements;
    const [sender, text] = [toColumn(from), toColumn(body)];
    const { changes } = add.run(known.id, number, time, sender, text, key) as { changes: number };
    if (Number(changes) === 0) return entryOf(find.get(known.id, key));
    known.last = number;
    known.bytes += Buffer.byteLength(sender) + Buffer.byteLength(text);
    return entry;
  }

  settle(room: string): void {
    const known = this.#known(room) as Known;
    this.#statements.last.run(known.last, known.id);
    const { entries, bytes } = this.options.retention ?? {};
    if (entries !== undefined) this.#drop(known, known.last - entries);
    if (bytes !== undefined) this.#drop(known, this.#lastOver(known, bytes));
    this.#drop(known, this.#lastAged(known));
  }

  expire(room: string): void {
    const known = this.#reading(() => this.#known(room));
    const aged = known ? this.#reading(() => this.#lastAged(known)) : 0;
    if (!known || aged < known.first) return;
    try {
      this.transaction(() => this.#drop(known, aged));
    } catch {
      // A journal that cannot be written keeps what it has, and tells who writes.
    }
  }

  read(room: string, after: number, limit: number): Entry[] {
    return this.#reading(() => this.#statements.read.all(room, after, limit).map(entryOf));
  }

  /** Adds the name of the file to an error of reading. */
  #reading<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw failure(this.path, error);
    }
  }

  close(): void {
    // A driver may keep the file open until its statements are collected; so the lock is let go of here, which
    // SQLite does only outside of WAL. It leaves one file, with no other beside it.
    const release = 'PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM meta;';
    try {
      this.#reading(() => this.database.exec(release));
    } finally {
      this.database.close();
    }
  }

  #known(room: string): Known | undefined {
    const known = this.#rooms.get(room);
    if (known) return known;
    const row = this.#statements.room.get(room) as { id: number; first: number | null; last: number } | undefined;
    if (!row) return undefined;
    const { id, last } = row;
    const bytes = this.options.retention?.bytes === undefined ? 0 : this.#bytesOf(id, last);
    const read = { id, first: row.first ?? last + 1, last, bytes };
    // Only of rooms that something was said in: anybody may ask for any other name.
    this.#rooms.set(room, read);
    return read;
  }

  #made(room: string): Known {
    this.#statements.make.run(room);
    return this.#known(room) as Known;
  }

  /** Drops entries up to `number`. */
  #drop(known: Known, number: number): void {
    if (number < known.first) return;
    if (this.options.retention?.bytes !== undefined) known.bytes -= this.#bytesOf(known.id, number);
    this.#statements.drop.run(known.id, number);
    known.first = number + 1;
  }

  /** The newest entry that is too old; it looks at those that are, and one more. */
  #lastAged({ id, first, last }: Known): number {
    const { ageMs } = this.options.retention ?? {};
    if (ageMs === undefined || first > last) return 0;
    const row = this.#statements.young.get(id, this.now() - ageMs) as { number: number } | undefined;
    return row ? row.number - 1 : last;
  }

  /** The newest entry that has to go, so that no more than `bytes` are kept; it looks at those that have to. */
  #lastOver({ id, first, bytes }: Known, most: number): number {
    let number = first - 1;
    for (let left = bytes; left > most; ) {
      const row = this.#statements.size.get(id, ++number) as { size: number } | undefined;
      if (!row) break;
      left -= row.size;
    }
    return number;
  }

  /** The bytes of a room's entries up to `number`. */
  #bytesOf(id: number, number: number): number {
    return (this.#statements.sum.get(id, number) as { size: number | null }).size ?? 0;
  }

  #rollback(): void {
    try {
      this.#statements.rollback.run();
    } catch {
      // There was no transaction to take back, or SQLite has taken it back itself.
    }
  }
}

function limitSize(database: Database, bytes: number): void {
  const { page_size: pageSize } = database.prepare('PRAGMA page_size').get() as { page_size: number };
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / pageSize))};`);
}

function failure(path: string, cause: unknown): WirelineError {
  if (cause instanceof WirelineError) return cause;
  return new WirelineError('failed', `the journal ${path}: ${cause instanceof Error ? cause.message : cause}`, {
    cause,
  });
}
