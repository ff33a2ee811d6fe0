import { expect, test, vi } from 'vitest';
import { gathered } from '../../src/cli/gathered.js';
import { writeErr } from '../../src/cli/process.js';
import { stderr } from '../../src/cli/stderr.js';
import type { Output } from '../../src/core/index.js';

test('the lines of one turn are one write, in order, and nothing waits for longer', async () => {
  const writes: string[] = [];
  let full = false;
  const drains: (() => void)[] = [];
  const inner: Output = {
    write: (bytes) => {
      writes.push(Buffer.from(bytes).toString());
      return !full;
    },
    whenDrained: (run) => (full ? void drains.push(run) : run()),
  };
  const output = gathered(inner);
  for (const line of ['one\n', 'two\n', 'three\n']) expect(output.write(Buffer.from(line))).toBe(true);
  expect(writes).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(writes.splice(0)).toEqual(['one\ntwo\nthree\n']);
  // A line on stderr comes after what was written before it.
  const lines = vi.spyOn(stderr, 'write').mockImplementation((line) => void writes.push(`stderr: ${line}`));
  output.write(Buffer.from('before\n'));
  writeErr('after');
  lines.mockRestore();
  expect(writes.splice(0)).toEqual(['before\n', 'stderr: after']);
  // What is longer than the memory goes by itself, after what came before.
  output.write(Buffer.from('short\n'));
  output.write(Buffer.alloc(100_000, 'x'));
  expect(writes.splice(0).map(({ length }) => length)).toEqual([6, 100_000]);
  // A full output is told to the writer with its next line.
  full = true;
  output.write(Buffer.from('four\n'));
  let over = false;
  output.whenDrained(() => {
    over = true;
  });
  expect(writes).toEqual(['four\n']);
  expect([over, output.write(Buffer.from('five\n'))]).toEqual([false, false]);
  full = false;
  for (const run of drains.splice(0)) run();
  expect(over).toBe(true);
  output.whenDrained(() => {});
  expect(writes).toEqual(['four\n', 'five\n']);
});
