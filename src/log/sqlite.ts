import { type Entry, type Extent, type Log, type Retention, WirelineError } from '../core/index.js';
import { groupedLog, type Store } from './grouped.js';
import { type Database, openDatabase, type Statement, type Value } from './sqlite-driver.js';
import { check, migrate } from './sqlite-schema.js';

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
  let database: Database | undefined;
  try {
    database = await openDatabase(path);
    return groupedLog(new SqliteStore(database, path, options, now), now);
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
}

class SqliteStore implements Store {
  readonly epoch: string;
  #rooms = new Map<string, Known>();
  readonly #statements: Record<'begin' | 'commit' | 'rollback', Statement> & ReturnType<typeof prepared>;

  constructor(
    readonly database: Database,
    readonly path: string,
    readonly options: SqliteLogOptions,
    readonly now: () => number,
  ) {
    // One writer: a second process finds the file locked at once, instead of numbering beside us.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0;');
    check(database);
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${options.sync === 'normal' ? 'NORMAL' : 'FULL'};`);
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
      this.#rooms = new Map();
      this.#rollback();
      throw failure(this.path, error);
    }
  }

  extent(room: string): Extent {
    const known = this.#reading(() => this.#known(room));
    return known ? { first: known.first, last: known.last } : { first: 1, last: 0 };
  }

  put(room: string, entry: Entry): Entry {
    const known = this.#known(room) ?? this.#made(room);
    const { number, time, from, body } = entry;
    const key = entry.key === undefined ? null : kept(entry.key);
    const { add, find } = this.#statements;
    const { changes } = add.run(known.id, number, time, kept(from), kept(body), key) as { changes: number };
    if (Number(changes) === 0) return entryOf(find.get(known.id, key));
    known.last = number;
    return entry;
  }

  settle(room: string): void {
    const { id, last } = this.#known(room) as Known;
    this.#statements.last.run(last, id);
    const { entries, bytes, ageMs } = this.options.retention ?? {};
    if (entries !== undefined) this.#drop(room, last - entries);
    if (ageMs !== undefined) this.#drop(room, this.#number(this.#statements.aged.get(room, this.now() - ageMs)));
    if (bytes !== undefined) this.#drop(room, this.#number(this.#statements.over.get(room, bytes)));
  }

  read(room: string, after: number, limit: number): Entry[] {
    return this.#reading(() => this.#statements.read.all(room, after, limit).map(entryOf));
  }

  /** What cannot be read is told with the name of the file. */
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
    this.database.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM meta;');
    this.database.close();
  }

  #known(room: string): Known | undefined {
    const known = this.#rooms.get(room);
    if (known) return known;
    const row = this.#statements.room.get(room) as { id: number; first: number | null; last: number } | undefined;
    if (!row) return undefined;
    const { id, last } = row;
    const read = { id, first: row.first ?? last + 1, last };
    // Only of rooms that something was said in: anybody may ask for any other name.
    this.#rooms.set(room, read);
    return read;
  }

  #made(room: string): Known {
    this.#statements.make.run(room);
    return this.#known(room) as Known;
  }

  /** Drops entries up to `number`. */
  #drop(room: string, number: number): void {
    const known = this.#known(room);
    if (!known || number < known.first) return;
    this.#statements.drop.run(room, number);
    known.first = number + 1;
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
    make: database.prepare('INSERT INTO rooms (name, last) VALUES (?, 0)'),
    last: database.prepare('UPDATE rooms SET last = ? WHERE id = ?'),
    // The key is looked for only where it is there already: half as many statements.
    add: database.prepare(
      `INSERT INTO entries (room, number, time, sender, body, key) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, key) WHERE key IS NOT NULL DO NOTHING`,
    ),
    find: database.prepare('SELECT * FROM entries WHERE room = ? AND key = ?'),
    read: database.prepare(`SELECT * FROM entries WHERE room = ${room} AND number > ? ORDER BY number LIMIT ?`),
    room: database.prepare(
      'SELECT id, last, (SELECT min(number) FROM entries WHERE room = rooms.id) AS first FROM rooms WHERE name = ?',
    ),
    aged: database.prepare(`SELECT max(number) AS number FROM entries WHERE room = ${room} AND time < ?`),
    over: database.prepare(
      `SELECT max(number) AS number FROM (SELECT number, sum(length(CAST(sender AS BLOB)) + length(CAST(body AS BLOB)))
         OVER (ORDER BY number DESC) AS size FROM entries WHERE room = ${room}) WHERE size > ?`,
    ),
    drop: database.prepare(`DELETE FROM entries WHERE room = ${room} AND number <= ?`),
  };
}

/**
 * A text as it is stored. The driver cuts text at a NUL, and UTF-8 has no halves of characters (lone surrogates): what
 * has some is stored as its UTF-16 units.
 */
function kept(text: string): Value {
  return text.includes('\0') || /\p{Surrogate}/u.test(text) ? Buffer.from(text, 'utf16le') : text;
}

function told(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf16le');
}

function entryOf(row: unknown): Entry {
  const { number, time, sender, body, key } = row as Record<'sender' | 'body', string | Uint8Array> &
    Record<'number' | 'time', number> & { key: string | Uint8Array | null };
  return { number, time, from: told(sender), body: told(body), ...(key === null ? {} : { key: told(key) }) };
}

function failure(path: string, cause: unknown): WirelineError {
  if (cause instanceof WirelineError) return cause;
  return new WirelineError('failed', `the log ${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
}
