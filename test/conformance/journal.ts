import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry, Journal, NewEntry, Retention } from '../../src/features/chat/protocol/journal.js';

/** How a journal under test is made: empty, with its own retention, and a clock that the test moves. */
export interface JournalUnderTest {
  readonly name: string;
  open(options?: { retention?: Retention; now?: () => number }): Promise<Journal>;
}

const said = (body: string, key?: string): NewEntry => ({ from: 'ann', body, ...(key === undefined ? {} : { key }) });
const bodies = (entries: readonly Entry[]) => entries.map(({ body }) => body);

/** What every implementation of {@link Journal} has to keep of its contract. */
export function journalConformance({ name, open }: JournalUnderTest): void {
  describe(`${name} as a journal`, () => {
    test('numbers entries from 1 in each room, without holes, in the order of append', async () => {
      const journal = await open({ now: () => 7 });
      const batches = await Promise.all([
        journal.append('a', [said('one'), said('two')]),
        journal.append('b', [said('uno')]),
        journal.append('a', [said('three')]),
      ]);
      expect(batches).toEqual([
        [
          { from: 'ann', body: 'one', number: 1, time: 7 },
          { from: 'ann', body: 'two', number: 2, time: 7 },
        ],
        [{ from: 'ann', body: 'uno', number: 1, time: 7 }],
        [{ from: 'ann', body: 'three', number: 3, time: 7 }],
      ]);
      expect(await journal.read('a', { after: 0, limit: 10 })).toEqual([...(batches[0] ?? []), ...(batches[2] ?? [])]);
      await journal.close();
    });

    test('reads a part, and nothing of a room that said nothing', async () => {
      const journal = await open();
      await journal.append(
        'a',
        ['1', '2', '3', '4'].map((body) => said(body)),
      );
      expect(bodies(await journal.read('a', { after: 1, limit: 2, enough: 1 }))).toEqual(['2']);
      expect(bodies(await journal.read('a', { after: 1, limit: 9, enough: 2 }))).toEqual(['2', '3']);
      expect(bodies(await journal.read('a', { after: 1, limit: 2 }))).toEqual(['2', '3']);
      expect(await journal.read('a', { after: 4, limit: 2 })).toEqual([]);
      expect(await journal.read('b', { after: 0, limit: 2 })).toEqual([]);
      expect(journal.bounds('a')).toEqual({ first: 1, last: 4 });
      expect(journal.bounds('b')).toEqual({ first: 1, last: 0 });
      await journal.close();
    });

    test('answers a repeated key with its first entry, in the same batch, turn or later, and tells it once', async () => {
      const journal = await open();
      const told: string[] = [];
      journal.follow('a', (entries) => told.push(...bodies(entries)));
      const [first, again] = await Promise.all([
        journal.append('a', [said('hello', 'k1'), said('hello', 'k1')]),
        journal.append('a', [said('hello', 'k1'), said('other', 'k2')]),
      ]);
      expect(first.map(({ number }) => number)).toEqual([1, 1]);
      expect(again.map(({ number }) => number)).toEqual([1, 2]);
      expect((await journal.append('a', [said('changed', 'k1')]))[0]).toEqual(first[0]);
      expect((await journal.append('b', [said('hello', 'k1')]))[0]?.number).toBe(1);
      expect(told).toEqual(['hello', 'other']);
      await journal.close();
    });

    test('tells followers before it acknowledges, only of their room, until they stop', async () => {
      const journal = await open();
      const events: string[] = [];
      const stop = journal.follow('a', (entries) => events.push(`told ${bodies(entries)}`));
      await Promise.all([
        journal.append('a', [said('1')]).then(() => events.push('acknowledged 1')),
        journal.append('b', [said('x')]).then(() => events.push('acknowledged x')),
      ]);
      expect(events).toEqual(['told 1', 'acknowledged 1', 'acknowledged x']);
      stop();
      stop();
      await journal.append('a', [said('2')]);
      expect(events).toHaveLength(3);
      await journal.close();
    });

    test('who reads up to the extent and then follows misses nothing and gets nothing twice', async () => {
      const journal = await open();
      const appends = [journal.append('a', [said('1')]), journal.append('a', [said('2')])];
      await appends[0];
      const seen: number[] = [];
      const late = journal.append('a', [said('3'), said('4')]);
      const { last } = journal.bounds('a');
      journal.follow('a', (entries) => seen.push(...entries.map(({ number }) => number)));
      const missed = await journal.read('a', { after: 0, limit: last });
      await late;
      expect([...missed.map(({ number }) => number), ...seen]).toEqual([1, 2, 3, 4]);
      await journal.close();
    });

    test('keeps any text as it is', async () => {
      const journal = await open();
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (from, body) => {
          const [entry] = await journal.append('any', [{ from, body }]);
          const [read] = await journal.read('any', { after: (entry?.number ?? 0) - 1, limit: 1 });
          expect(read).toEqual(entry);
          expect(entry).toMatchObject({ from, body });
        }),
        { numRuns: 50 },
      );
      await journal.close();
    });

    test('keeps also what is no text for others: NUL, and halves of characters, in bodies and in keys', async () => {
      const journal = await open();
      const odd = ['a\0b', 'a\0c', '\0', '\ud800', '\udc00x', '\ufeffx', 'a', ''];
      const entries = await journal.append(
        'a',
        odd.map((body) => said(body, body)),
      );
      expect(entries.map(({ number }) => number)).toEqual(odd.map((_, at) => at + 1));
      expect(await journal.read('a', { after: 0, limit: 9 })).toEqual(entries);
      expect(await journal.append('a', [said('changed', 'a\0c'), said('changed', '\ud800')])).toEqual([
        entries[1],
        entries[3],
      ]);
      await journal.close();
    });

    test('refuses what comes after its end, and finishes what came before', async () => {
      const journal = await open();
      const before = journal.append('a', [said('1')]);
      const closed = journal.close();
      await expect(journal.append('a', [said('2')])).rejects.toMatchObject({ code: 'shutdown' });
      expect((await before)[0]?.number).toBe(1);
      await closed;
    });
  });
  retention({ name, open });
}

function retention({ name, open }: JournalUnderTest): void {
  describe(`${name} keeps`, () => {
    test('so many entries, and never uses a number twice', async () => {
      const journal = await open({ retention: { entries: 3 } });
      for (const body of ['1', '2', '3', '4', '5']) await journal.append('a', [said(body, `k${body}`)]);
      expect(journal.bounds('a')).toEqual({ first: 3, last: 5 });
      expect(bodies(await journal.read('a', { after: 0, limit: 9 }))).toEqual(['3', '4', '5']);
      // A key that was dropped with its entry says something new.
      expect((await journal.append('a', [said('1', 'k1')]))[0]?.number).toBe(6);
      await journal.close();
    });

    test('entries of so many bytes', async () => {
      const journal = await open({ retention: { bytes: 12 } });
      for (const body of ['äb', 'cde', 'fgh', 'ij']) await journal.append('a', [said(body)]);
      expect(bodies(await journal.read('a', { after: 0, limit: 9 }))).toEqual(['fgh', 'ij']);
      await journal.close();
    });

    test('entries of a certain age, of which a quiet room may have none', async () => {
      let time = 1000;
      const journal = await open({ retention: { ageMs: 100 }, now: () => time });
      await journal.append('a', [said('1')]);
      time = 1060;
      await journal.append('a', [said('2')]);
      time = 1120;
      await journal.append('a', [said('3')]);
      expect(bodies(await journal.read('a', { after: 0, limit: 9 }))).toEqual(['2', '3']);
      expect(journal.bounds('a')).toEqual({ first: 2, last: 3 });
      await journal.close();
    });

    test('nothing that is too old, also where nothing more is said', async () => {
      let time = 1000;
      const journal = await open({ retention: { ageMs: 100, bytes: 1000 }, now: () => time });
      await journal.append('a', [said('1', 'k')]);
      time = 1060;
      await journal.append('a', [said('2'), said('3')]);
      expect(journal.bounds('a')).toEqual({ first: 1, last: 3 });
      time = 1150;
      expect(journal.bounds('a')).toEqual({ first: 2, last: 3 });
      expect(bodies(await journal.read('a', { after: 0, limit: 9 }))).toEqual(['2', '3']);
      time = 2000;
      expect(journal.bounds('a')).toEqual({ first: 4, last: 3 });
      expect(await journal.read('a', { after: 0, limit: 9 })).toEqual([]);
      expect((await journal.append('a', [said('4', 'k')]))[0]?.number).toBe(4);
      expect(journal.bounds('a')).toEqual({ first: 4, last: 4 });
      await journal.close();
    });

    test('by count, bytes and age at once', async () => {
      let time = 1000;
      const journal = await open({ retention: { entries: 300, bytes: 2000, ageMs: 100 }, now: () => time });
      // Entries of 4 to 13 bytes: the last 300 have 2,550, and the last 233 have 1,991.
      const batch = Array.from({ length: 500 }, (_, i) => said('x'.repeat(1 + (i % 10))));
      await journal.append('a', batch);
      expect(journal.bounds('a')).toEqual({ first: 268, last: 500 });
      time = 1050;
      await journal.append('a', [said('y'.repeat(997))]);
      // Of those before it 116 are left, which have 998.
      expect(journal.bounds('a')).toEqual({ first: 385, last: 501 });
      time = 1120;
      await journal.append('a', [said('z')]);
      expect(journal.bounds('a')).toEqual({ first: 501, last: 502 });
      await journal.append('a', [said('w'.repeat(3000))]);
      expect(journal.bounds('a')).toEqual({ first: 504, last: 503 });
      await journal.close();
    });

    test('thousands of entries in a few', async () => {
      const journal = await open({ retention: { entries: 10 } });
      for (let at = 0; at < 50; at++) {
        await journal.append(
          'a',
          Array.from({ length: 100 }, (_, i) => said(String(at * 100 + i + 1))),
        );
      }
      expect(journal.bounds('a')).toEqual({ first: 4991, last: 5000 });
      expect(bodies(await journal.read('a', { after: 4995, limit: 2 }))).toEqual(['4996', '4997']);
      await journal.close();
    });
  });
}
