import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LengthHeader, length } from '../../src/framing/index.js';
import { codecConformance, encodesStrings } from '../conformance/codec.js';
import { bytes, latin1 } from '../support/bytes.js';
import { codeOf } from '../support/code-of.js';
import { countWork } from '../support/work.js';

codecConformance<Uint8Array>('length', {
  codec: (max) => length(max === undefined ? {} : { max }),
  message: fc.uint8Array({ maxLength: 40 }),
  of: (message) => message,
  bytesOf: (message) => message,
  atEnd: 'truncated',
  overhead: () => 4,
});

codecConformance<Uint8Array>('length with four bytes, lowest first', {
  codec: (max) => length({ ...(max === undefined ? {} : { max }), form: 'little-endian' }),
  message: fc.uint8Array({ maxLength: 40 }),
  of: (message) => message,
  bytesOf: (message) => message,
  atEnd: 'truncated',
  overhead: () => 4,
});

codecConformance<Uint8Array>('length in ten digits', {
  codec: (max) => length({ ...(max === undefined ? {} : { max }), bytes: 10, form: 'ascii' }),
  message: fc.uint8Array({ maxLength: 40 }),
  of: (message) => message,
  bytesOf: (message) => message,
  atEnd: 'truncated',
  overhead: () => 10,
});

const sizes: [LengthHeader, number[]][] = [
  [{ bytes: 1 }, [3]],
  [{ bytes: 2 }, [0, 3]],
  [{ bytes: 2, form: 'little-endian' }, [3, 0]],
  [{ bytes: 4, form: 'little-endian' }, [3, 0, 0, 0]],
  [{ bytes: 8 }, [0, 0, 0, 0, 0, 0, 0, 3]],
  [{ bytes: 4, form: 'ascii' }, [48, 48, 48, 51]],
];

describe.each(sizes)('length with the header %o', (header, head) => {
  test('writes it and reads it', () => {
    const codec = length(header);
    const stream = codec.encode(bytes('hi\n'));
    expect([...stream]).toEqual([...head, 104, 105, 10]);
    const messages: string[] = [];
    const decoder = codec.decoder((message) => messages.push(latin1(message)));
    for (const byte of [...stream, ...stream]) decoder.push(Uint8Array.of(byte));
    decoder.end();
    expect(messages).toEqual(['hi\n', 'hi\n']);
  });

  test('carries any length that the header can say, and no more', () => {
    const most = Math.min((header.form === 'ascii' ? 10 : 256) ** (header.bytes ?? 4) - 1, 70_000);
    const codec = length({ ...header, max: 2 ** 53 });
    for (const size of [0, 1, 9, most - 1, most]) {
      let received = -1;
      codec
        .decoder((message) => {
          received = message.length;
        })
        .push(codec.encode(new Uint8Array(size)));
      expect(received).toBe(size);
    }
    if (most < 70_000) expect(codeOf(() => codec.encode(new Uint8Array(most + 1)))).toBe('too-long');
  });
});

describe('length in digits', () => {
  const read = (...headers: string[]) => {
    const messages: string[] = [];
    const decoder = length({ bytes: 6, form: 'ascii' }).decoder((message) => messages.push(latin1(message)));
    for (const header of headers) decoder.push(bytes(`${header}abc`));
    return messages;
  };

  test('may be padded with zeros, spaces or NULs, as programs pad it', () => {
    expect(read('000003', '3     ', '     3', '  03  ', '3\0\0\0\0\0')).toEqual(Array(5).fill('abc'));
  });

  test.each(['      ', '\0\0\0\0\0\0', '3 3   ', '-3    ', '3.0   ', '0x3   ', '3e0   ', '\n3    '])(
    '%j is no length',
    (header) => {
      expect(codeOf(() => read(header))).toBe('protocol');
    },
  );

  test('of more than can be counted is too long', () => {
    const endless = length({ bytes: 64, form: 'ascii', max: 1000 }).decoder(() => {});
    expect(codeOf(() => endless.push(bytes('9'.repeat(64))))).toBe('too-long');
    const wide = length({ bytes: 8, max: 1000 }).decoder(() => {});
    expect(codeOf(() => wide.push(Uint8Array.from(Array(8).fill(255))))).toBe('too-long');
  });
});

test.each<LengthHeader>([{ bytes: 0 }, { bytes: 9 }, { bytes: 1.5 }, { bytes: 65, form: 'ascii' }])(
  'there is no header %o',
  (header) => {
    expect(codeOf(() => length(header))).toBe('usage');
  },
);

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
encodesStrings(length());
