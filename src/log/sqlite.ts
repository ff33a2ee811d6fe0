import { type Entry, type Extent, type Log, type Retention, WirelineError } from '../core/index.js';
import { groupedLog, type Store } from './grouped.js';
import { type Database, openDatabase, type Statement } from './sqlite-driver.js';
import { migrate } from './sqlite-schema.js';

/** How {@link sqliteLog} keeps what is said. */
export interface SqliteLogOptions {
  /** What is kept of each room (default: all). */
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
 * A log in a SQLite file (WAL, one transaction a turn). The epoch is the file's. Rejects with a `WirelineError`
 * where the file cannot be opened, is damaged or of a newer version, or another process writes to it.
 */
export async function sqliteLog(path: string, options: SqliteLogOptions = {}): Promise<Log> {
  const now = options.now ?? Date.now;
  try {
    const database = await openDatabase(path);
    return groupedLog(new SqliteStore(database, path, options, now), now);
  } catch (error) {
    throw failure(path, error);
  }
}

/** The rooms whose extent is known: reading it for each entry would be most of the work. */
type Extents = Map<string, { first: number; last: number }>;

class SqliteStore implements Store {
  readonly epoch: string;
  #extents: Extents = new Map();
  readonly #statements: Record<'begin' | 'commit' | 'rollback', Statement> & ReturnType<typeof prepared>;

  constructor(
    readonly database: Database,
    readonly path: string,
    readonly options: SqliteLogOptions,
    readonly now: () => number,
  ) {
    // One writer: a second process finds the file locked at once, instead of numbering beside us.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 0;');
    database.exec(`PRAGMA synchronous = ${options.sync === 'normal' ? 'NORMAL' : 'FULL'};`);
    this.epoch = migrate(database);
    if (options.maxBytes !== undefined) limitSize(database, options.maxBytes);
    const [begin, commit, rollback] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) => database.prepare(sql)) as [
      Statement,
      Statement,
      Statement,
    ];
    this.#statements = { begin, commit, rollback, ...prepared(database) };
  }

  transaction(run: () => void): void {
    try {
      this.#statements.begin.run();
      run();
      this.#statements.commit.run();
    } catch (error) {
      // What was numbered in this transaction never was.
      this.#extents = new Map();
      this.#rollback();
      throw failure(this.path, error);
    }
  }

  extent(room: string): Extent {
    let extent = this.#extents.get(room);
    if (!extent) {
      const row = this.#statements.extent.get(room) as { first: number | null; last: number } | undefined;
      extent = { first: row?.first ?? (row?.last ?? 0) + 1, last: row?.last ?? 0 };
      // Only of rooms that something was said in: anybody may ask for any other name.
      if (row) this.#extents.set(room, extent);
    }
    return { ...extent };
  }

  find(room: string, key: string): Entry | undefined {
    const row = this.#statements.find.get(room, key);
    return row ? entryOf(row) : undefined;
  }

  add(room: string, entry: Entry): void {
    if (entry.number === 1) this.#statements.room.run(room);
    this.#statements.add.run(room, entry.number, entry.time, entry.from, entry.body, entry.key ?? null);
    this.#statements.last.run(entry.number, room);
    const extent = this.#extents.get(room);
    if (extent) extent.last = entry.number;
    else this.#extents.set(room, { first: entry.number, last: entry.number });
  }

  retain(room: string): void {
    const { entries, bytes, ageMs } = this.options.retention ?? {};
    const { last } = this.extent(room);
    if (entries !== undefined) this.#drop(room, last - entries);
    if (ageMs !== undefined) this.#drop(room, this.#number(this.#statements.aged.get(room, this.now() - ageMs)));
    if (bytes !== undefined) this.#drop(room, this.#number(this.#statements.over.get(room, bytes)));
  }

  read(room: string, after: number, limit: number): Entry[] {
    return this.#statements.read.all(room, after, limit).map(entryOf);
  }

  close(): void {
    // A driver may keep the file open until its statements are collected; so the lock is let go of here, which
    // SQLite does only outside of WAL. It leaves one file, with no other beside it.
    this.database.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM meta;');
    this.database.close();
  }

  /** Drops entries up to `number`. */
  #drop(room: string, number: number): void {
    const { first } = this.extent(room);
    if (number < first) return;
    this.#statements.drop.run(room, number);
    const extent = this.#extents.get(room);
    if (extent) extent.first = number + 1;
  }

  #number(row: unknown): number {
    return (row as { number: number | null } | undefined)?.number ?? 0;
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

function prepared(database: Database) {
  const room = '(SELECT id FROM rooms WHERE name = ?)';
  return {
    room: database.prepare('INSERT OR IGNORE INTO rooms (name, last) VALUES (?, 0)'),
    last: database.prepare('UPDATE rooms SET last = ? WHERE name = ?'),
    add: database.prepare(
      `INSERT INTO entries (room, number, time, sender, body, key) VALUES (${room}, ?, ?, ?, ?, ?)`,
    ),
    find: database.prepare(`SELECT * FROM entries WHERE room = ${room} AND key = ?`),
    read: database.prepare(`SELECT * FROM entries WHERE room = ${room} AND number > ? ORDER BY number LIMIT ?`),
    extent: database.prepare(
      'SELECT last, (SELECT min(number) FROM entries WHERE room = rooms.id) AS first FROM rooms WHERE name = ?',
    ),
    aged: database.prepare(`SELECT max(number) AS number FROM entries WHERE room = ${room} AND time < ?`),
    over: database.prepare(
      `SELECT max(number) AS number FROM (SELECT number, sum(length(CAST(sender AS BLOB)) + length(CAST(body AS BLOB)))
         OVER (ORDER BY number DESC) AS size FROM entries WHERE room = ${room}) WHERE size > ?`,
    ),
    drop: database.prepare(`DELETE FROM entries WHERE room = ${room} AND number <= ?`),
  };
}

function entryOf(row: unknown): Entry {
  const { number, time, sender, body, key } = row as Record<'sender' | 'body', string> &
    Record<'number' | 'time', number> & { key: string | null };
  return { number, time, from: sender, body, ...(key === null ? {} : { key }) };
}

function failure(path: string, cause: unknown): WirelineError {
  if (cause instanceof WirelineError) return cause;
  return new WirelineError('failed', `the log ${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
}
