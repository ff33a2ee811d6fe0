import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { length } from '../../src/framing/index.js';
import { codecConformance } from '../conformance/codec.js';
import { bytes, latin1 } from '../support/bytes.js';
import { codeOf } from '../support/code-of.js';
import { countWork } from '../support/work.js';

codecConformance('length', {
  codec: (max) => length(max === undefined ? {} : { max }),
  message: fc.uint8Array({ maxLength: 40 }),
  of: (message) => message,
  bytesOf: (message) => message,
  atEnd: 'truncated',
  overhead: () => 4,
});

describe('length', () => {
  function decoded(...chunks: number[][]): string[] {
    const messages: string[] = [];
    const decoder = length().decoder((message) => messages.push(latin1(message)));
    for (const chunk of chunks) decoder.push(Uint8Array.from(chunk));
    decoder.end();
    return messages;
  }

  test('is four bytes with the highest first', () => {
    expect([...length().encode(bytes('hi\n'))]).toEqual([0, 0, 0, 3, 104, 105, 10]);
    expect([...length().encode(new Uint8Array(0x010203)).subarray(0, 4)]).toEqual([0, 1, 2, 3]);
  });

  test('may be split anywhere, also within its header', () => {
    expect(decoded([0, 0], [0, 2, 65], [66, 0, 0, 0, 0, 0], [0, 0, 1, 10])).toEqual(['AB', '', '\n']);
  });

  test('of 4 GiB costs nothing to whoever is told of it', () => {
    const decoder = length({ max: 2 ** 32 - 1 }).decoder(() => {});
    const before = process.memoryUsage().arrayBuffers;
    const work = countWork(() => decoder.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3)));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    expect(work.copied).toBeLessThan(1024);
    expect(decoder.held).toBe(7);
  });

  test('over the maximum is refused with its header', () => {
    const decoder = length({ max: 5 }).decoder(() => {});
    decoder.push(Uint8Array.of(0, 0, 0));
    expect(codeOf(() => decoder.push(Uint8Array.of(6)))).toBe('too-long');
    expect(
      codeOf(() =>
        length()
          .decoder(() => {})
          .push(bytes('GET / HTTP/1.1')),
      ),
    ).toBe('too-long');
  });
});
