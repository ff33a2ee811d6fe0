import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Spool } from '../../src/core/index.js';
import { SpoolBudget } from '../../src/io/spool.js';
import { noise } from '../support/bytes.js';
import { digest } from '../support/cli.js';
import { temporaryFolder } from '../support/folder.js';
import { smallDisk, usedOn, whyNoDisk } from '../support/small-disk.js';

const MiB = 1024 * 1024;
const noDisk = whyNoDisk();
const { TMPDIR } = process.env;
afterEach(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
});

function takeAll(spool: Spool): Buffer {
  const taken: Buffer[] = [];
  for (let bytes = spool.take(); bytes; bytes = spool.take()) taken.push(Buffer.from(bytes));
  return Buffer.concat(taken);
}

describe('a spool', () => {
  test('gives back what it was given, in order, whatever the sizes and turns', () => {
    const action = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 400_000 }) },
      { weight: 2, arbitrary: fc.constant(-1) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const budget = new SpoolBudget(1024 * MiB);
        const spool = budget.spool();
        const [added, taken]: [Buffer[], Buffer[]] = [[], []];
        for (const [at, size] of actions.entries()) {
          if (size > 0) {
            const chunk = noise(size, at + 1);
            added.push(Buffer.from(chunk));
            expect(spool.add(chunk)).toBe(true);
            // The bytes were valid only until it returned.
            chunk.fill(0);
          } else {
            const held = spool.size;
            const bytes = spool.take() ?? new Uint8Array(0);
            expect(bytes.length > 0).toBe(held > 0);
            expect(spool.size).toBe(held - bytes.length);
            taken.push(Buffer.from(bytes));
          }
        }
        taken.push(takeAll(spool));
        expect(digest(Buffer.concat(taken))).toBe(digest(Buffer.concat(added)));
        expect(spool.size).toBe(0);
        expect(budget).toMatchObject({ used: 0, memory: 0 });
        spool.discard();
      }),
      { numRuns: 30 },
    );
  });

  test('keeps a MiB in memory, and the rest in a file that has no name', () => {
    process.env.TMPDIR = temporaryFolder();
    const budget = new SpoolBudget(1024 * MiB);
    const spool = budget.spool();
    for (let at = 0; at < 3 * 16; at++) spool.add(noise(MiB / 16, at));
    expect(spool.size).toBe(3 * MiB);
    expect(budget).toMatchObject({ used: 3 * MiB, memory: MiB });
    expect(readdirSync(process.env.TMPDIR)).toEqual([]);
    spool.discard();
    expect(spool.size).toBe(0);
    expect(budget).toMatchObject({ used: 0, memory: 0 });
    expect(spool.take()).toBeUndefined();
  });

  test('is one of many, which keep 16 MiB in memory together', () => {
    const budget = new SpoolBudget(1024 * MiB);
    const spools = Array.from({ length: 20 }, () => budget.spool());
    for (const [at, spool] of spools.entries()) expect(spool.add(noise(MiB, at))).toBe(true);
    expect(budget).toMatchObject({ used: 20 * MiB, memory: 16 * MiB });
    for (const [at, spool] of spools.entries()) expect(digest(takeAll(spool))).toBe(digest(noise(MiB, at)));
    for (const spool of spools) spool.discard();
    expect(budget).toMatchObject({ used: 0, memory: 0 });
  });

  test('asks for no more when all hold as much as they may, and holds what came all the same', () => {
    const budget = new SpoolBudget(300_000);
    const [first, second] = [budget.spool(), budget.spool()];
    expect(first.add(noise(200_000))).toBe(true);
    expect(second.add(noise(100_000))).toBe(false);
    expect(second.size).toBe(100_000);
    expect(takeAll(first).length).toBe(200_000);
    expect(second.add(noise(1))).toBe(true);
    for (const spool of [first, second]) spool.discard();
  });

  test('lets go of the room on the disk when it has been read, for as long a stream as there is', () => {
    const budget = new SpoolBudget(1024 * MiB);
    const spool = budget.spool();
    let taken = 0;
    if (!noDisk) process.env.TMPDIR = smallDisk('size=4m');
    // What waits is never more than 4 MiB; 40 pass through.
    for (let at = 0; at < 10; at++) {
      for (let piece = 0; piece < 64; piece++) expect(spool.add(noise(MiB / 16, piece))).toBe(true);
      taken += takeAll(spool).length;
    }
    expect(taken).toBe(40 * MiB);
    expect(spool.size).toBe(0);
    spool.discard();
  });
});

describe('a spool whose disk takes nothing', () => {
  test('because there is no folder: it holds what came, and asks for no more', () => {
    process.env.TMPDIR = '/nothing/here';
    const budget = new SpoolBudget(1024 * MiB);
    const spool = budget.spool();
    expect(spool.add(noise(MiB, 1))).toBe(true);
    expect(spool.add(noise(1000, 2))).toBe(false);
    expect(spool.add(noise(1000, 3))).toBe(false);
    expect(digest(takeAll(spool))).toBe(digest(Buffer.concat([noise(MiB, 1), noise(1000, 2), noise(1000, 3)])));
    expect(budget).toMatchObject({ used: 0, memory: 0 });
    // A next message may find room again.
    expect(spool.add(noise(1000))).toBe(true);
    spool.discard();
  });

  test.skipIf(noDisk !== undefined)(
    `because it is full in the middle of a piece: no byte is lost or given twice${noDisk ? ` (skipped: ${noDisk})` : ''}`,
    () => {
      const disk = smallDisk('size=1m');
      process.env.TMPDIR = disk;
      const budget = new SpoolBudget(1024 * MiB);
      const spool = budget.spool();
      const added: Buffer[] = [];
      const add = (size: number) => {
        added.push(noise(size, added.length + 1));
        return spool.add(added.at(-1) as Buffer);
      };
      expect(add(MiB)).toBe(true);
      // 150,000 bytes are no part of a MiB: the last piece fits only in part.
      for (let at = 0; at < 6; at++) expect(add(150_000)).toBe(true);
      expect(add(150_000)).toBe(false);
      expect(usedOn(disk)).toBe(MiB);
      expect(add(150_000)).toBe(false);
      expect(digest(takeAll(spool))).toBe(digest(Buffer.concat(added)));
      expect(usedOn(disk)).toBe(0);
      expect(budget).toMatchObject({ used: 0, memory: 0 });
      spool.discard();
    },
  );
});
