import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isReused, Reusable, release } from '../../src/core/index.js';
import { SendQueue } from '../../src/net/send-queue.js';
import { noise } from '../support/bytes.js';

const KiB = 1024;

/** Takes all that waits, in pieces that are copied while they are valid. */
function drained(queue: SendQueue): Buffer[] {
  const batches: Buffer[] = [];
  for (let taken = queue.take(); taken; taken = queue.take()) {
    batches.push(Array.isArray(taken) ? Buffer.concat(taken) : Buffer.from(taken));
  }
  return batches;
}

describe('a send queue', () => {
  test('gives the same bytes in the same order, whatever is done to it', () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 70_000 }));
    const step = fc.oneof(
      fc.record({ does: fc.constantFrom('push', 'gather', 'copy', 'reused'), size }),
      fc.record({ does: fc.constantFrom('take', 'keepAll'), size: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 2 }), (steps, readers) => {
        const memory = new Reusable(64 * KiB, (length) => Buffer.alloc(length));
        for (let i = 0; i < readers; i++) memory.lend();
        const queue = new SendQueue();
        const other = new SendQueue();
        const written: Buffer[] = [];
        const taken: Buffer[] = [];
        let waiting = 0;
        steps.forEach(({ does, size }, seed) => {
          const content = noise(size, seed + 1);
          if (does === 'take') {
            const batch = queue.take();
            const pieces = batch === undefined ? [] : [batch].flat();
            taken.push(...pieces.map((piece) => Buffer.from(piece)));
            waiting -= pieces.reduce((sum, piece) => sum + piece.length, 0);
          } else if (does === 'keepAll') queue.keepAll();
          else {
            if (does === 'push') queue.push(Buffer.from(content));
            else if (does === 'gather') queue.gather(Buffer.from(content));
            else if (does === 'copy') {
              queue.copy(content.subarray(0, 512));
              // Another connection writes in between.
              if (seed % 3 === 0) other.copy(noise(seed));
            } else {
              const view = memory.bytes.subarray(0, Math.min(size, memory.size));
              view.set(content.subarray(0, view.length));
              queue.push(view);
              queue.keepAll();
              memory.bytes.fill(0xdb);
            }
            const length = Math.min(size, does === 'reused' ? memory.size : does === 'copy' ? 512 : size);
            written.push(content.subarray(0, length));
            waiting += length;
          }
          expect(queue.bytes).toBe(waiting);
        });
        taken.push(...drained(queue));
        expect(queue.bytes).toBe(0);
        expect(Buffer.compare(Buffer.concat(taken), Buffer.concat(written))).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test('gathers small writes in one piece, and takes their bytes at once', () => {
    const queue = new SendQueue();
    const line = Buffer.from('line\n');
    for (let i = 0; i < 1000; i++) {
      queue.gather(line);
      line.fill(0xdb);
      line.write('line\n');
    }
    expect(drained(queue).map(String)).toEqual(['line\n'.repeat(1000)]);
  });

  test('joins pieces of less than 64 KiB in all, and gives larger ones as a list', () => {
    const queue = new SendQueue();
    for (let i = 0; i < 3; i++) queue.push(noise(KiB));
    expect(queue.take()).toBeInstanceOf(Uint8Array);
    for (let i = 0; i < 3; i++) queue.push(noise(40 * KiB));
    expect(queue.take()).toHaveLength(3);
  });

  test('gives a large backlog in batches of half a MiB or a little more', () => {
    const queue = new SendQueue();
    for (let i = 0; i < 40; i++) queue.push(noise(100 * KiB));
    const sizes = drained(queue).map((batch) => batch.length);
    expect(Math.max(...sizes)).toBeLessThan(612 * KiB);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(4000 * KiB);
  });

  test('gives nothing that cannot be released', () => {
    for (const sizes of [[50 * KiB], [100], [60 * KiB, 60 * KiB], [100, 100]]) {
      const memory = new Reusable(64 * KiB, (length) => Buffer.alloc(length));
      memory.lend();
      memory.lend();
      const queue = new SendQueue();
      for (const size of sizes) queue.push(memory.bytes.subarray(0, size).fill(1));
      const pieces = [queue.take() ?? []].flat();
      for (const piece of pieces) {
        release(piece);
        expect(isReused(piece)).toBe(false);
      }
      memory.bytes.fill(2);
      expect(pieces.every((piece) => piece.every((byte) => byte === 1))).toBe(true);
    }
  });

  test('holds nothing after clear, and may hold many pieces', () => {
    const queue = new SendQueue();
    queue.push(noise(10));
    queue.gather(noise(10));
    queue.clear();
    expect([queue.bytes, queue.take()]).toEqual([0, undefined]);
    const piece = noise(16 * KiB);
    for (let i = 0; i < 100_000; i++) {
      queue.push(piece);
      queue.keepAll();
    }
    let size = 0;
    for (let taken = queue.take(); taken; taken = queue.take())
      size += [taken].flat().reduce((n, { length }) => n + length, 0);
    expect(size).toBe(100_000 * 16 * KiB);
  });
});
