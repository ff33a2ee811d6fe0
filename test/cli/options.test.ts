import { expect, test } from 'vitest';
import { inUnits, size, time } from '../../src/cli/options.js';

test.each([
  ['4096', 4096],
  ['64k', 65536],
  ['64KB', 65536],
  ['64KiB', 65536],
  ['64 kib', 65536],
  ['1M', 1048576],
  ['0.5MB', 524288],
  ['2g', 2 ** 31],
  ['1TiB', 2 ** 40],
  ['12B', 12],
])('the size %s is %i bytes', (text, bytes) => expect(size(text)).toBe(bytes));

test.each(['', 'k', '64kk', '-1', '1e9', '64 k b', '1PiB'])('%j is no size', (text) => {
  expect(() => size(text)).toThrow('A size is like 64KiB or 16MiB.');
});

test('a size and a time are written as they are read', () => {
  for (const bytes of [0, 1, 4097, 65536, 2 ** 30]) expect(size(inUnits(bytes, size))).toBe(bytes);
  for (const ms of [1, 1500, 60_000, 3_600_000]) expect(time(inUnits(ms, time))).toBe(ms);
});
