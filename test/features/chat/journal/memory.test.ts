import { expect, test } from 'vitest';
import { memoryJournal } from '../../../../src/features/chat/journal/memory.js';
import { journalConformance } from '../../../conformance/journal.js';

journalConformance({ name: 'memory', open: async (options) => memoryJournal(options) });

test('each memory log has an epoch of its own', () => {
  expect(memoryJournal().epoch).not.toBe(memoryJournal().epoch);
});

test('keeps so much in all: the rooms in which nothing was said for longest lose their oldest', async () => {
  const journal = memoryJournal({ totalBytes: 101_000 });
  const say = (room: string, size: number) => journal.append(room, [{ from: 'a', body: 'x'.repeat(size * 1000 - 1) }]);
  for (let i = 0; i < 4; i++) await say('old', 10);
  await say('new', 50);
  expect([journal.bounds('old'), journal.bounds('new')]).toEqual([
    { first: 1, last: 4 },
    { first: 1, last: 1 },
  ]);
  await say('new', 30);
  expect(journal.bounds('old')).toEqual({ first: 3, last: 4 });
  await say('new', 80);
  expect([journal.bounds('old'), journal.bounds('new')]).toEqual([
    { first: 5, last: 4 },
    { first: 3, last: 3 },
  ]);
  await say('old', 10);
  expect(journal.bounds('old')).toEqual({ first: 5, last: 5 });
  expect((await journal.read('new', { after: 0, limit: 9 })).map(({ number }) => number)).toEqual([3]);
});

test('counts what short entries take beside their text', async () => {
  const journal = memoryJournal({ totalBytes: 1024 * 1024, retention: {} });
  for (let at = 0; at < 100; at++) {
    await journal.append(
      'a',
      Array.from({ length: 100 }, (_, i) => ({ from: 'a', body: 'x', key: `${at}-${i}`.padEnd(128) })),
    );
  }
  const { first, last } = journal.bounds('a');
  expect(last).toBe(10_000);
  // Each takes 200 bytes and more.
  expect(last - first).toBeLessThan(5000);
  expect(last - first).toBeGreaterThan(2000);
});

test('forgets rooms in which nothing was said for longest, and gives none of their numbers again', async () => {
  const journal = memoryJournal({ maxRooms: 100 });
  const say = (room: string) => journal.append(room, [{ from: 'a', body: 'x' }]);
  for (let at = 0; at < 3; at++) await say('old');
  await say('other');
  for (let at = 0; at < 100; at++) await say(`room ${at}`);
  expect(journal.bounds('room 99')).toMatchObject({ last: expect.any(Number) });
  expect(await journal.read('old', { after: 0, limit: 9 })).toEqual([]);
  const { first, last } = journal.bounds('old');
  expect(last).toBeGreaterThanOrEqual(3);
  expect(first).toBe(last + 1);
  const [next] = await say('old');
  expect(next?.number).toBe(last + 1);
});
