import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lines } from '../../src/framing/index.js';
import { codecConformance, encodesStrings } from '../conformance/codec.js';
import { bytes, latin1 } from '../support/bytes.js';
import { codeOf } from '../support/code-of.js';

codecConformance<Uint8Array>('lines', {
  codec: (max) => lines(max === undefined ? {} : { max }),
  message: fc.uint8Array({ maxLength: 40 }).map((message) => message.filter((byte) => byte !== 10)),
  of: (message) => message,
  bytesOf: (message) => message,
  atEnd: 'truncated',
  overhead: () => 0,
});

describe('lines', () => {
  function decoded(...chunks: (string | Uint8Array)[]): string[] {
    const messages: string[] = [];
    const decoder = lines().decoder((message) => messages.push(latin1(message)));
    for (const chunk of chunks) decoder.push(typeof chunk === 'string' ? bytes(chunk) : chunk);
    decoder.end();
    return messages;
  }

  test('cut at LF and at nothing else', () => {
    expect(decoded('one\ntwo\n\nthree\r\n\r\n\rfour\n')).toEqual(['one', 'two', '', 'three\r', '\r', '\rfour']);
  });

  test('keep a byte-order mark, NUL and what is not UTF-8', () => {
    expect(decoded(Uint8Array.of(0xef, 0xbb, 0xbf, 0, 0xff, 0xc3, 10, 0xa9, 10))).toEqual([
      '\xef\xbb\xbf\0\xff\xc3',
      '\xa9',
    ]);
  });

  test('join a character that was split between chunks', () => {
    expect(decoded(Uint8Array.of(0xc3), Uint8Array.of(0xa9), '\n')).toEqual(['\xc3\xa9']);
  });

  test('are encoded as their bytes and an LF', () => {
    expect(latin1(lines().encode(bytes('a b')))).toBe('a b\n');
    expect(latin1(lines().encode(bytes('')))).toBe('\n');
  });

  test('have no newline in them', () => {
    expect(codeOf(() => lines().encode(bytes('a\nb')))).toBe('protocol');
  });
});
encodesStrings(lines());
