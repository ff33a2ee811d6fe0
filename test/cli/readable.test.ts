import fc from 'fast-check';
import { expect, test } from 'vitest';
import { progressLine } from '../../src/cli/progress-line.js';
import { readableSize, readableTime } from '../../src/cli/readable.js';
import { widthOf } from '../../src/io/width.js';

test('sizes and times for people', () => {
  expect([0, 1, 1023, 1024, 1536, 1024 ** 2, 5 * 1024 ** 4].map(readableSize)).toEqual([
    '0 B',
    '1 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '1.0 MiB',
    '5.0 TiB',
  ]);
  expect([0, 0.2, 59, 60, 200, 3599.5, 7500].map(readableTime)).toEqual([
    '0 s',
    '1 s',
    '59 s',
    '1 min 0 s',
    '3 min 20 s',
    '1 h 0 min',
    '2 h 5 min',
  ]);
});

test('a bar with rate and time left, one without a name, and one of what nobody knows the end of', () => {
  const half = { name: 'a.bin', bytes: 512 * 1024, size: 1024 * 1024, rate: 64 * 1024 };
  const numbers = '50% 512.0 KiB of 1.0 MiB, 64.0 KiB/s, 8 s left';
  expect(progressLine(half, 120)).toBe(`a.bin ${'='.repeat(20)}${'-'.repeat(20)} ${numbers}`);
  expect(progressLine({ ...half, name: '' }, 120)).toBe(`${'='.repeat(20)}${'-'.repeat(20)} ${numbers}`);
  expect(progressLine({ ...half, size: undefined }, 120)).toBe('a.bin 512.0 KiB, 64.0 KiB/s');
  expect(progressLine({ ...half, rate: 0 }, 120)).not.toContain('left');
  expect(progressLine({ ...half, name: 'a-name-that-is-much-too-long' }, 80)).toMatch(/^a-name-that-is-m\S*~ =+-+ 50%/);
  expect(widthOf(progressLine({ ...half, name: '日本語'.repeat(9) }, 80))).toBeLessThanOrEqual(80);
});

test('numbers that do not fit are left out, the less telling ones first, and none is cut', () => {
  const half = { name: 'big.bin', bytes: 100 * 2 ** 20, size: 200 * 2 ** 20, rate: 4 * 2 ** 20 };
  const numbers = [
    '50% 100.0 MiB of 200.0 MiB, 4.0 MiB/s, 25 s left',
    ...[
      '50% 100.0 MiB of 200.0 MiB, 4.0 MiB/s',
      '====---- 50%, 4.0 MiB/s, 25 s left',
      '====--- 50%, 4.0 MiB/s',
      '==-- 50%',
      '',
    ],
  ];
  expect([48, 40, 36, 24, 10, 2].map((columns) => progressLine(half, columns))).toEqual(numbers);
  expect(progressLine({ ...half, size: undefined }, 10)).toBe('100.0 MiB');
});

test('never wider than the terminal', () => {
  const bytes = fc.nat({ max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(
      fc.string(),
      bytes,
      bytes,
      fc.nat(),
      fc.integer({ min: 1, max: 200 }),
      (name, done, size, rate, width) => {
        expect(progressLine({ name, bytes: Math.min(done, size), size, rate }, width).length).toBeLessThanOrEqual(
          width,
        );
      },
    ),
  );
});
