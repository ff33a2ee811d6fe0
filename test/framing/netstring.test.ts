import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { netstring } from '../../src/framing/index.js';
import { codecConformance, encodesStrings } from '../conformance/codec.js';
import { bytes, latin1 } from '../support/bytes.js';
import { codeOf, errorOf } from '../support/code-of.js';
import { countWork } from '../support/work.js';

codecConformance<Uint8Array>('netstring', {
  codec: (max) => netstring(max === undefined ? {} : { max }),
  message: fc.uint8Array({ maxLength: 40 }),
  of: (message) => message,
  bytesOf: (message) => message,
  atEnd: 'truncated',
  overhead: (size) => String(size).length + 1,
});

describe('netstring', () => {
  function decoded(...chunks: string[]): string[] {
    const messages: string[] = [];
    const decoder = netstring().decoder((message) => messages.push(latin1(message)));
    for (const chunk of chunks) decoder.push(bytes(chunk));
    decoder.end();
    return messages;
  }

  test('is LEN:BYTES, and a comma', () => {
    expect(latin1(netstring().encode(bytes('hello world!')))).toBe('12:hello world!,');
    expect(latin1(netstring().encode(bytes('')))).toBe('0:,');
  });

  test('may have any content, and be split anywhere', () => {
    expect(decoded('3:a,b,0:,1:\n,')).toEqual(['a,b', '', '\n']);
    expect(decoded('1', '1:hello', ' world', ',2:', 'ab', ',')).toEqual(['hello world', 'ab']);
  });

  test.each([
    ['no digits', ':abc,'],
    ['a letter', 'x'],
    ['a sign', '-1:a,'],
    ['a space', ' 3:abc,'],
    ['a letter in the length', '3x:abc,'],
    ['a newline after the length', '3\n'],
    ['a leading zero', '03:abc,'],
    ['two zeros', '00:,'],
    ['no comma', '3:abcd'],
    ['a newline between two', '1:a,\n1:b,'],
  ])('is refused with %s: %j', (_, stream) => {
    expect(codeOf(() => decoded(stream))).toBe('protocol');
    expect(codeOf(() => decoded(...stream))).toBe('protocol');
    expect(errorOf(() => decoded(stream)).message).toMatch(/^not a netstring: /);
  });

  test('of 4 GiB costs nothing, and endless digits end at the maximum', () => {
    const decoder = netstring({ max: 2 ** 32 }).decoder(() => {});
    const before = process.memoryUsage().arrayBuffers;
    const work = countWork(() => decoder.push(bytes('4294967296:abc')));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    expect(work.copied).toBeLessThan(1024);
    expect(
      codeOf(() =>
        netstring()
          .decoder(() => {})
          .push(bytes('9'.repeat(10_000))),
      ),
    ).toBe('too-long');
  });
});
encodesStrings(netstring());
