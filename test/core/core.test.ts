import { describe, expect, test } from 'vitest';
import {
  asWirelineError,
  isReused,
  isShared,
  printable,
  Reusable,
  reasons,
  release,
  retain,
  WirelineError,
} from '../../src/core/index.js';

describe('reused memory', () => {
  const memory = () => new Reusable(100, (size) => new Uint8Array(size));

  test('is the same until it is renewed', () => {
    const reusable = memory();
    const { bytes } = reusable;
    expect(reusable.bytes).toBe(bytes);
    expect(isReused(bytes.subarray(3, 5))).toBe(true);
    release(bytes.subarray(3, 5));
    expect(reusable.bytes).not.toBe(bytes);
    expect(isReused(bytes)).toBe(false);
  });

  test('is kept by copy where the view is small, and else taken out of use', () => {
    const reusable = memory();
    const { bytes } = reusable;
    const small = retain(bytes.subarray(0, 49));
    expect(small.buffer).not.toBe(bytes.buffer);
    expect(reusable.bytes).toBe(bytes);
    const large = retain(bytes.subarray(0, 50));
    expect(large.buffer).toBe(bytes.buffer);
    expect(reusable.bytes).not.toBe(bytes);
  });

  test('that several readers will fill is only ever copied', () => {
    const reusable = memory();
    const first = reusable.lend();
    expect(isShared(first)).toBe(false);
    const second = reusable.lend();
    expect([second, isShared(first)]).toEqual([first, true]);
    expect(retain(first).buffer).not.toBe(first.buffer);
    expect(reusable.bytes).toBe(first);
    reusable.giveBack(second);
    expect(retain(first).buffer).toBe(first.buffer);
    // Memory that is out of use already counts no more.
    const next = reusable.lend();
    reusable.giveBack(first);
    reusable.lend();
    expect(isShared(next)).toBe(true);
  });

  test('is none of other bytes', () => {
    const bytes = new Uint8Array(3);
    expect([isReused(bytes), isShared(bytes), retain(bytes)]).toEqual([false, false, bytes]);
    release(bytes);
  });
});

describe('printable', () => {
  test.each([
    ['plain text, ünïcode 🙂\tand\nlines\r\n', 'plain text, ünïcode 🙂\tand\nlines\n'],
    ['\x1b[2J\x07\0\x7f', '^[[2J^G^@^?'],
    ['over\rwritten', 'over^Mwritten'],
    ['\x9b31m', '<U+009B>31m'],
    ['\u202egnp.exe\u2066', '<U+202E>gnp.exe<U+2066>'],
    ['a\u2028b', 'a<U+2028>b'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});

describe('reasons', () => {
  test('each has a meaning of its own and an exit status that the guide knows', () => {
    const entries = Object.values(reasons);
    expect(new Set(entries.map(({ meaning }) => meaning)).size).toBe(entries.length);
    for (const { status } of entries) expect([0, 1, 2, 3, 4, 130]).toContain(status);
    expect(entries.filter(({ status }) => status === 0)).toEqual([reasons.ended]);
  });

  test('an error keeps its code, and any other becomes one with its cause', () => {
    const known = new WirelineError('idle', 'quiet');
    expect(asWirelineError(known, 'failed')).toBe(known);
    const cause = new TypeError('oops');
    const made = asWirelineError(cause, 'protocol');
    expect([made.code, made.message, made.cause, made.name]).toEqual(['protocol', 'oops', cause, 'WirelineError']);
    expect(asWirelineError('words')).toMatchObject({ code: 'failed', message: 'words' });
  });
});
