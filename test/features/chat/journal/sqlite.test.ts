import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sqliteJournal } from '../../../../src/features/chat/journal/sqlite.js';
import { openDatabase } from '../../../../src/features/chat/journal/sqlite-driver.js';
import { journalConformance } from '../../../conformance/journal.js';
import { removeFolder } from '../../../support/folder.js';

const folder = mkdtempSync(join(tmpdir(), 'wireline-log-'));
let files = 0;
const freshPath = () => join(folder, `${++files}.db`);
const writers: ChildProcess[] = [];

afterAll(() => {
  for (const writer of writers) writer.kill('SIGKILL');
  removeFolder(folder);
});

journalConformance({ name: 'sqlite', open: (options) => sqliteJournal(freshPath(), options) });

test('a reopened file has the same epoch, entries, keys and numbers, also of what was dropped', async () => {
  const path = freshPath();
  const first = await sqliteJournal(path, { retention: { entries: 1 } });
  await first.append('a', [
    { from: 'ann', body: '1' },
    { from: 'ann', body: '2', key: 'k' },
  ]);
  await first.close();
  const second = await sqliteJournal(path);
  expect(second.epoch).toBe(first.epoch);
  expect(second.bounds('a')).toEqual({ first: 2, last: 2 });
  const [again, next] = await second.append('a', [
    { from: 'ann', body: '2', key: 'k' },
    { from: 'bob', body: '3' },
  ]);
  expect([again?.number, next?.number]).toEqual([2, 3]);
  await second.close();
});

test('a file that another process writes to is refused', async () => {
  const path = freshPath();
  const journal = await sqliteJournal(path);
  await journal.append('a', [{ from: 'ann', body: '1' }]);
  await expect(sqliteJournal(path)).rejects.toMatchObject({ code: 'failed', message: expect.stringContaining(path) });
  await journal.close();
});

test('a file that is no database, or of a newer version, is refused and left as it is', async () => {
  const path = freshPath();
  const garbage = Buffer.alloc(8192, 'no database ');
  writeFileSync(path, garbage);
  await expect(sqliteJournal(path)).rejects.toMatchObject({ code: 'failed' });
  expect(readFileSync(path).equals(garbage)).toBe(true);
});

test.each([
  ['of a newer version', 'PRAGMA user_version = 7', 'it is of version 7, and this wireline knows 1'],
  ["that is another program's", 'CREATE TABLE meta (x)', 'it is the database of another program'],
])('a database %s is refused, by name, and left as it is', async (_what, sql, words) => {
  const path = freshPath();
  const database = await openDatabase(path);
  database.exec(sql);
  database.close();
  const before = readFileSync(path);
  await expect(sqliteJournal(path)).rejects.toMatchObject({ code: 'failed', message: `the journal ${path}: ${words}` });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a room that cannot be read, as the file is damaged, fails with the name of the file, also in extent', async () => {
  const path = freshPath();
  const journal = await sqliteJournal(path);
  const body = 'x'.repeat(1000);
  for (let i = 0; i < 50; i++) await journal.append('a', [{ from: 'ann', body }]);
  await journal.close();
  const bytes = readFileSync(path);
  // The first page has the schema, which is still whole.
  writeFileSync(path, bytes.fill(0xff, 8192));
  const damaged = await sqliteJournal(path);
  const failure = { code: 'failed', message: expect.stringContaining(path) };
  expect(() => damaged.bounds('a')).toThrow(expect.objectContaining(failure));
  await expect(damaged.read('a', { after: 0, limit: 1 })).rejects.toMatchObject(failure);
  await expect(damaged.append('a', [{ from: 'ann', body }])).rejects.toMatchObject(failure);
});

test('nothing is acknowledged once the file was moved or replaced, and all is well again when it is back', async () => {
  const path = freshPath();
  const journal = await sqliteJournal(path);
  await journal.append('a', [{ from: 'ann', body: '1' }]);
  renameSync(path, `${path}.away`);
  const refused = { code: 'failed', message: `the journal ${path}: the database file was removed or replaced` };
  await expect(journal.append('a', [{ from: 'ann', body: 'lost' }])).rejects.toMatchObject(refused);
  writeFileSync(path, 'another');
  await expect(journal.append('a', [{ from: 'ann', body: 'lost' }])).rejects.toMatchObject(refused);
  renameSync(`${path}.away`, path);
  expect(await journal.append('a', [{ from: 'ann', body: '2' }])).toMatchObject([{ number: 2 }]);
  await journal.close();
  const again = await sqliteJournal(path);
  expect((await again.read('a', { after: 0, limit: 9 })).map(({ body }) => body)).toEqual(['1', '2']);
  await again.close();
});

test('a file that is removed while it is open is named where it cannot be closed', async () => {
  const path = freshPath();
  const journal = await sqliteJournal(path);
  await journal.append('a', [{ from: 'ann', body: '1' }]);
  rmSync(path);
  await expect(journal.close()).rejects.toMatchObject({ code: 'failed', message: expect.stringContaining(path) });
});

test('a full disk refuses the batch, stores nothing of it, and what was acknowledged is still there', async () => {
  const path = freshPath();
  const journal = await sqliteJournal(path, { maxBytes: 256 * 1024 });
  const acknowledged: number[] = [];
  const large = { from: 'ann', body: 'x'.repeat(32 * 1024) };
  await expect(
    (async () => {
      for (let at = 0; at < 100; at++) acknowledged.push((await journal.append('a', [large]))[0]?.number ?? 0);
    })(),
  ).rejects.toMatchObject({ code: 'failed', message: expect.stringContaining('full') });
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(journal.bounds('a').last).toBe(acknowledged.length);
  await journal.close();
  const reopened = await sqliteJournal(path);
  expect((await reopened.read('a', { after: 0, limit: 100 })).map(({ number }) => number)).toEqual(acknowledged);
  await reopened.close();
});

test('what was acknowledged is there after SIGKILL, again and again', { timeout: 60_000 }, async () => {
  const path = freshPath();
  const acknowledged: number[] = [];
  for (let round = 0; round < 5; round++) {
    const writer = spawn(process.execPath, ['test/features/chat/journal/writer.mjs', path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    writers.push(writer);
    let output = '';
    writer.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.split('\n').length > 200) writer.kill('SIGKILL');
    });
    await once(writer, 'close');
    acknowledged.push(...output.split('\n').slice(0, -1).map(Number));
  }
  const journal = await sqliteJournal(path);
  const numbers = (await journal.read('a', { after: 0, limit: 1_000_000 })).map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  expect(numbers.length).toBeGreaterThanOrEqual(acknowledged.length);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  expect(Math.max(...acknowledged)).toBeLessThanOrEqual(numbers.length);
  await journal.close();
});
