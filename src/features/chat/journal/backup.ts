import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { WirelineError } from '../../../core/index.js';
import { openDatabase } from './sqlite-driver.js';
import { check } from './sqlite-schema.js';

/** The number of times that a copy starts anew because the database changed meanwhile, and the milliseconds between two tries. */
const mostTries = 100;
const betweenMs = 50;

/**
 * Copies the journal at `path` to the new file `copy`, also while a server writes to it. The copy has every entry that was
 * acknowledged before the call, in one file, and an epoch of its own: a client that comes to a server of the copy is told
 * that it may have missed something, and is not taken for one that heard what the copy lacks. Rejects with a `WirelineError`
 * of code `refused` where `copy` is there, `input` where there is no journal, and `failed` where it cannot be copied.
 */
export async function backupJournal(path: string, copy: string): Promise<void> {
  if (existsSync(copy)) throw new WirelineError('refused', `${copy} exists already`);
  if (!existsSync(path)) throw new WirelineError('input', `there is no journal ${path}`);
  const part = `${copy}.part-${process.pid}`;
  try {
    await copied(path, part);
    await finished(part);
    renameSync(part, copy);
  } catch (cause) {
    if (cause instanceof WirelineError) throw cause;
    throw new WirelineError('failed', `cannot back up ${path}: ${(cause as Error).message}`, { cause });
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${part}${suffix}`, { force: true });
  }
}

/**
 * Copies the database and its write-ahead log. The server holds the database for itself, so that SQLite cannot copy it; but
 * between two checkpoints the database file does not change and the write-ahead log only grows, and a frame of it that is
 * half written is dropped when it is opened (https://www.sqlite.org/walformat.html).
 */
async function copied(path: string, part: string): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const before = generation(path);
    copyFileSync(path, part, constants.COPYFILE_FICLONE);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${part}-wal`, constants.COPYFILE_FICLONE);
    else rmSync(`${part}-wal`, { force: true });
    if (generation(path) === before) return;
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
  throw new WirelineError('failed', `cannot back up ${path}: it is written to too fast`);
}

/** Differs once the database file was written to, or the write-ahead log begun anew. */
function generation(path: string): string {
  const { mtimeNs, size, ino } = statSync(path, { bigint: true });
  return [mtimeNs, size, ino, headerOf(`${path}-wal`)].join();
}

/** The header of a write-ahead log, whose salts change each time that it is begun anew. */
function headerOf(path: string): string {
  if (!existsSync(path)) return '';
  const header = Buffer.alloc(32);
  const fd = openSync(path, 'r');
  try {
    return header.toString('hex', 0, readSync(fd, header, 0, header.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** Checks the copy, makes one file of it, and gives it a new epoch. */
async function finished(part: string): Promise<void> {
  const database = await openDatabase(part);
  try {
    check(database);
    const { integrity_check: verdict } = database.prepare('PRAGMA integrity_check').get() as {
      integrity_check: string;
    };
    if (verdict !== 'ok') throw new Error(`the database is damaged: ${verdict}`);
    database.exec('UPDATE meta SET epoch = lower(hex(randomblob(16))); PRAGMA journal_mode = DELETE;');
  } finally {
    database.close();
  }
}
