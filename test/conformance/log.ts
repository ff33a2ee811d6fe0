import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry, Log, Retention, Saying } from '../../src/features/chat/protocol/journal.js';

/** How a log under test is made: empty, with its own retention, and a clock that the test moves. */
export interface LogUnderTest {
  readonly name: string;
  open(options?: { retention?: Retention; now?: () => number }): Promise<Log>;
}

const said = (body: string, key?: string): Saying => ({ from: 'ann', body, ...(key === undefined ? {} : { key }) });
const bodies = (entries: readonly Entry[]) => entries.map(({ body }) => body);

/** What every implementation of {@link Log} has to keep of its contract. */
export function logConformance({ name, open }: LogUnderTest): void {
  describe(`${name} as a log`, () => {
    test('numbers entries from 1 in each room, without holes, in the order of append', async () => {
      const log = await open({ now: () => 7 });
      const batches = await Promise.all([
        log.append('a', [said('one'), said('two')]),
        log.append('b', [said('uno')]),
        log.append('a', [said('three')]),
      ]);
      expect(batches).toEqual([
        [
          { from: 'ann', body: 'one', number: 1, time: 7 },
          { from: 'ann', body: 'two', number: 2, time: 7 },
        ],
        [{ from: 'ann', body: 'uno', number: 1, time: 7 }],
        [{ from: 'ann', body: 'three', number: 3, time: 7 }],
      ]);
      expect(await log.read('a', { after: 0, limit: 10 })).toEqual([...(batches[0] ?? []), ...(batches[2] ?? [])]);
      await log.close();
    });

    test('reads a part, and nothing of a room that said nothing', async () => {
      const log = await open();
      await log.append(
        'a',
        ['1', '2', '3', '4'].map((body) => said(body)),
      );
      expect(bodies(await log.read('a', { after: 1, limit: 2, enough: 1 }))).toEqual(['2']);
      expect(bodies(await log.read('a', { after: 1, limit: 9, enough: 2 }))).toEqual(['2', '3']);
      expect(bodies(await log.read('a', { after: 1, limit: 2 }))).toEqual(['2', '3']);
      expect(await log.read('a', { after: 4, limit: 2 })).toEqual([]);
      expect(await log.read('b', { after: 0, limit: 2 })).toEqual([]);
      expect(log.extent('a')).toEqual({ first: 1, last: 4 });
      expect(log.extent('b')).toEqual({ first: 1, last: 0 });
      await log.close();
    });

    test('answers a repeated key with its first entry, in the same batch, turn or later, and tells it once', async () => {
      const log = await open();
      const told: string[] = [];
      log.follow('a', (entries) => told.push(...bodies(entries)));
      const [first, again] = await Promise.all([
        log.append('a', [said('hello', 'k1'), said('hello', 'k1')]),
        log.append('a', [said('hello', 'k1'), said('other', 'k2')]),
      ]);
      expect(first.map(({ number }) => number)).toEqual([1, 1]);
      expect(again.map(({ number }) => number)).toEqual([1, 2]);
      expect((await log.append('a', [said('changed', 'k1')]))[0]).toEqual(first[0]);
      expect((await log.append('b', [said('hello', 'k1')]))[0]?.number).toBe(1);
      expect(told).toEqual(['hello', 'other']);
      await log.close();
    });

    test('tells followers before it acknowledges, only of their room, until they stop', async () => {
      const log = await open();
      const events: string[] = [];
      const stop = log.follow('a', (entries) => events.push(`told ${bodies(entries)}`));
      await Promise.all([
        log.append('a', [said('1')]).then(() => events.push('acknowledged 1')),
        log.append('b', [said('x')]).then(() => events.push('acknowledged x')),
      ]);
      expect(events).toEqual(['told 1', 'acknowledged 1', 'acknowledged x']);
      stop();
      stop();
      await log.append('a', [said('2')]);
      expect(events).toHaveLength(3);
      await log.close();
    });

    test('who reads up to the extent and then follows misses nothing and gets nothing twice', async () => {
      const log = await open();
      const appends = [log.append('a', [said('1')]), log.append('a', [said('2')])];
      await appends[0];
      const seen: number[] = [];
      const late = log.append('a', [said('3'), said('4')]);
      const { last } = log.extent('a');
      log.follow('a', (entries) => seen.push(...entries.map(({ number }) => number)));
      const missed = await log.read('a', { after: 0, limit: last });
      await late;
      expect([...missed.map(({ number }) => number), ...seen]).toEqual([1, 2, 3, 4]);
      await log.close();
    });

    test('keeps any text as it is', async () => {
      const log = await open();
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (from, body) => {
          const [entry] = await log.append('any', [{ from, body }]);
          const [read] = await log.read('any', { after: (entry?.number ?? 0) - 1, limit: 1 });
          expect(read).toEqual(entry);
          expect(entry).toMatchObject({ from, body });
        }),
        { numRuns: 50 },
      );
      await log.close();
    });

    test('keeps also what is no text for others: NUL, and halves of characters, in bodies and in keys', async () => {
      const log = await open();
      const odd = ['a\0b', 'a\0c', '\0', '\ud800', '\udc00x', '\ufeffx', 'a', ''];
      const entries = await log.append(
        'a',
        odd.map((body) => said(body, body)),
      );
      expect(entries.map(({ number }) => number)).toEqual(odd.map((_, at) => at + 1));
      expect(await log.read('a', { after: 0, limit: 9 })).toEqual(entries);
      expect(await log.append('a', [said('changed', 'a\0c'), said('changed', '\ud800')])).toEqual([
        entries[1],
        entries[3],
      ]);
      await log.close();
    });

    test('refuses what comes after its end, and finishes what came before', async () => {
      const log = await open();
      const before = log.append('a', [said('1')]);
      const closed = log.close();
      await expect(log.append('a', [said('2')])).rejects.toMatchObject({ code: 'shutdown' });
      expect((await before)[0]?.number).toBe(1);
      await closed;
    });
  });
  retention({ name, open });
}

function retention({ name, open }: LogUnderTest): void {
  describe(`${name} keeps`, () => {
    test('so many entries, and never uses a number twice', async () => {
      const log = await open({ retention: { entries: 3 } });
      for (const body of ['1', '2', '3', '4', '5']) await log.append('a', [said(body, `k${body}`)]);
      expect(log.extent('a')).toEqual({ first: 3, last: 5 });
      expect(bodies(await log.read('a', { after: 0, limit: 9 }))).toEqual(['3', '4', '5']);
      // A key that was dropped with its entry says something new.
      expect((await log.append('a', [said('1', 'k1')]))[0]?.number).toBe(6);
      await log.close();
    });

    test('entries of so many bytes', async () => {
      const log = await open({ retention: { bytes: 12 } });
      for (const body of ['äb', 'cde', 'fgh', 'ij']) await log.append('a', [said(body)]);
      expect(bodies(await log.read('a', { after: 0, limit: 9 }))).toEqual(['fgh', 'ij']);
      await log.close();
    });

    test('entries of a certain age, of which a quiet room may have none', async () => {
      let time = 1000;
      const log = await open({ retention: { ageMs: 100 }, now: () => time });
      await log.append('a', [said('1')]);
      time = 1060;
      await log.append('a', [said('2')]);
      time = 1120;
      await log.append('a', [said('3')]);
      expect(bodies(await log.read('a', { after: 0, limit: 9 }))).toEqual(['2', '3']);
      expect(log.extent('a')).toEqual({ first: 2, last: 3 });
      await log.close();
    });

    test('nothing that is too old, also where nothing more is said', async () => {
      let time = 1000;
      const log = await open({ retention: { ageMs: 100, bytes: 1000 }, now: () => time });
      await log.append('a', [said('1', 'k')]);
      time = 1060;
      await log.append('a', [said('2'), said('3')]);
      expect(log.extent('a')).toEqual({ first: 1, last: 3 });
      time = 1150;
      expect(log.extent('a')).toEqual({ first: 2, last: 3 });
      expect(bodies(await log.read('a', { after: 0, limit: 9 }))).toEqual(['2', '3']);
      time = 2000;
      expect(log.extent('a')).toEqual({ first: 4, last: 3 });
      expect(await log.read('a', { after: 0, limit: 9 })).toEqual([]);
      expect((await log.append('a', [said('4', 'k')]))[0]?.number).toBe(4);
      expect(log.extent('a')).toEqual({ first: 4, last: 4 });
      await log.close();
    });

    test('by count, bytes and age at once', async () => {
      let time = 1000;
      const log = await open({ retention: { entries: 300, bytes: 2000, ageMs: 100 }, now: () => time });
      // Entries of 4 to 13 bytes: the last 300 have 2,550, and the last 233 have 1,991.
      const batch = Array.from({ length: 500 }, (_, i) => said('x'.repeat(1 + (i % 10))));
      await log.append('a', batch);
      expect(log.extent('a')).toEqual({ first: 268, last: 500 });
      time = 1050;
      await log.append('a', [said('y'.repeat(997))]);
      // Of those before it 116 are left, which have 998.
      expect(log.extent('a')).toEqual({ first: 385, last: 501 });
      time = 1120;
      await log.append('a', [said('z')]);
      expect(log.extent('a')).toEqual({ first: 501, last: 502 });
      await log.append('a', [said('w'.repeat(3000))]);
      expect(log.extent('a')).toEqual({ first: 504, last: 503 });
      await log.close();
    });

    test('thousands of entries in a few', async () => {
      const log = await open({ retention: { entries: 10 } });
      for (let at = 0; at < 50; at++) {
        await log.append(
          'a',
          Array.from({ length: 100 }, (_, i) => said(String(at * 100 + i + 1))),
        );
      }
      expect(log.extent('a')).toEqual({ first: 4991, last: 5000 });
      expect(bodies(await log.read('a', { after: 4995, limit: 2 }))).toEqual(['4996', '4997']);
      await log.close();
    });
  });
}
