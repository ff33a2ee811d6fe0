import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TextMessage, text } from '../../src/framing/index.js';
import { codecConformance } from '../conformance/codec.js';
import { bytes, latin1 } from '../support/bytes.js';
import { codeOf } from '../support/code-of.js';

/** No line ends, and no NUL at the beginning, where it is taken for the padding of the line before. */
const line = fc
  .uint8Array({ maxLength: 40 })
  .map((message) => message.filter((byte, at) => byte !== 10 && byte !== 13 && (byte !== 0 || at > 0)))
  .filter((message) => message[0] !== 0);

codecConformance<TextMessage>('text', {
  codec: (max) => text(max === undefined ? {} : { max }),
  message: fc.record({ bytes: line, end: fc.constantFrom('\n' as const, '\r\n' as const) }),
  of: (message): TextMessage => ({ bytes: message, end: '\n' }),
  bytesOf: (message) => message.bytes,
  atEnd: 'message',
  overhead: () => 1,
});

describe('text', () => {
  function decoding(max?: number) {
    const messages: [string, string][] = [];
    const codec = text(max === undefined ? {} : { max });
    const decoder = codec.decoder((message) => messages.push([latin1(message.bytes), message.end]));
    return { messages, decoder, push: (chunk: string) => decoder.push(Buffer.from(chunk, 'latin1')) };
  }

  test('ends at LF, and says whether a CR came before it', () => {
    const { push, messages } = decoding();
    push('one\ntwo\r\n\n\r\na\rb\n');
    expect(messages).toEqual([
      ['one', '\n'],
      ['two', '\r\n'],
      ['', '\n'],
      ['', '\r\n'],
      ['a\rb', '\n'],
    ]);
  });

  test('finds CR LF that was split between chunks', () => {
    const { push, messages } = decoding();
    push('one\r');
    push('\n');
    expect(messages).toEqual([['one', '\r\n']]);
  });

  test('ends with the stream, once', () => {
    const { push, decoder, messages } = decoding();
    push('one\ntw');
    push('o');
    decoder.end();
    decoder.end();
    expect(messages).toEqual([
      ['one', '\n'],
      ['two', ''],
    ]);
  });

  test('ends at a pause in mid-line, and only there', () => {
    const { push, decoder, messages } = decoding();
    decoder.pause?.();
    push('hel');
    push('lo');
    decoder.pause?.();
    decoder.pause?.();
    push('again\n');
    decoder.pause?.();
    expect(messages).toEqual([
      ['hello', ''],
      ['again', '\n'],
    ]);
    expect(decoder.held).toBe(0);
  });

  test('keeps a byte-order mark, NUL, and what is not UTF-8', () => {
    const { push, messages } = decoding();
    push('\xef\xbb\xbfa\0\xff\xc3\n\xa9\n');
    expect(messages).toEqual([
      ['\xef\xbb\xbfa\0\xff\xc3', '\n'],
      ['\xa9', '\n'],
    ]);
  });

  test('does not count the CR of its end, and is too long at a pause and at the end as well', () => {
    const { push, messages } = decoding(3);
    push('abc\r\n');
    expect(messages).toEqual([['abc', '\r\n']]);
    expect(codeOf(() => decoding(3).push('abcd\n'))).toBe('too-long');
    expect(codeOf(() => decoding(3).push('abcde'))).toBe('too-long');
    for (const long of ['abcd\n', 'abcde', 'abcde\n']) {
      expect(() => decoding(3).push(long)).toThrow('a message is longer than 3 bytes');
    }
    for (const stop of ['pause', 'end'] as const) {
      const late = decoding(3);
      late.push('abcd');
      expect(codeOf(() => late.decoder[stop]?.())).toBe('too-long');
    }
  });

  test.each([
    ['after a line, before the next', ['one\n\0\0\0two\n'], ['one', 'two']],
    ['after a line, and nothing more', ['one\n', '\0\0', '\0'], ['one']],
    ['before the end, without a newline', ['one\0\0\0'], ['one']],
    ['after a line and before the end', ['one\n\0\0two\0'], ['one', 'two']],
    ['and lines of nothing', ['one\n\0\0\n'], ['one', '']],
  ])('drops the padding of clients that send whole buffers: NULs %s', (_, chunks, wanted) => {
    for (const stop of ['pause', 'end'] as const) {
      const { push, decoder, messages } = decoding();
      chunks.forEach(push);
      decoder[stop]?.();
      expect(messages.map(([said]) => said)).toEqual(wanted);
      expect(decoder.held).toBe(0);
    }
  });

  test('holds no padding, however much comes', () => {
    const { push, decoder, messages } = decoding(100);
    push('one\n');
    for (let sent = 0; sent < 1000; sent++) push('\0'.repeat(74));
    push('two\n');
    expect(messages.map(([said]) => said)).toEqual(['one', 'two']);
    expect(decoder.held).toBe(0);
  });

  test('is encoded with its own end', () => {
    const encoded = (end: TextMessage['end']) => latin1(text().encode({ bytes: bytes('hi'), end }));
    expect([encoded('\n'), encoded('\r\n'), encoded('')]).toEqual(['hi\n', 'hi\r\n', 'hi']);
  });
});
