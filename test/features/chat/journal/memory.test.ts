import { expect, test } from 'vitest';
import { memoryLog } from '../../../../src/features/chat/journal/memory.js';
import { logConformance } from '../../../conformance/log.js';

logConformance({ name: 'memory', open: async (options) => memoryLog(options) });

test('each memory log has an epoch of its own', () => {
  expect(memoryLog().epoch).not.toBe(memoryLog().epoch);
});

test('keeps so much in all: the rooms in which nothing was said for longest lose their oldest', async () => {
  const log = memoryLog({ totalBytes: 101_000 });
  const say = (room: string, size: number) => log.append(room, [{ from: 'a', body: 'x'.repeat(size * 1000 - 1) }]);
  for (let i = 0; i < 4; i++) await say('old', 10);
  await say('new', 50);
  expect([log.extent('old'), log.extent('new')]).toEqual([
    { first: 1, last: 4 },
    { first: 1, last: 1 },
  ]);
  await say('new', 30);
  expect(log.extent('old')).toEqual({ first: 3, last: 4 });
  await say('new', 80);
  expect([log.extent('old'), log.extent('new')]).toEqual([
    { first: 5, last: 4 },
    { first: 3, last: 3 },
  ]);
  await say('old', 10);
  expect(log.extent('old')).toEqual({ first: 5, last: 5 });
  expect((await log.read('new', { after: 0, limit: 9 })).map(({ number }) => number)).toEqual([3]);
});

test('counts what short entries take beside their text', async () => {
  const log = memoryLog({ totalBytes: 1024 * 1024, retention: {} });
  for (let at = 0; at < 100; at++) {
    await log.append(
      'a',
      Array.from({ length: 100 }, (_, i) => ({ from: 'a', body: 'x', key: `${at}-${i}`.padEnd(128) })),
    );
  }
  const { first, last } = log.extent('a');
  expect(last).toBe(10_000);
  // Each takes 200 bytes and more.
  expect(last - first).toBeLessThan(5000);
  expect(last - first).toBeGreaterThan(2000);
});

test('forgets rooms in which nothing was said for longest, and gives none of their numbers again', async () => {
  const log = memoryLog({ maxRooms: 100 });
  const say = (room: string) => log.append(room, [{ from: 'a', body: 'x' }]);
  for (let at = 0; at < 3; at++) await say('old');
  await say('other');
  for (let at = 0; at < 100; at++) await say(`room ${at}`);
  expect(log.extent('room 99')).toMatchObject({ last: expect.any(Number) });
  expect(await log.read('old', { after: 0, limit: 9 })).toEqual([]);
  const { first, last } = log.extent('old');
  expect(last).toBeGreaterThanOrEqual(3);
  expect(first).toBe(last + 1);
  const [next] = await say('old');
  expect(next?.number).toBe(last + 1);
});
