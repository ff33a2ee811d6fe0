import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WirelineError } from '../../src/core/index.js';
import { jsonLines } from '../../src/framing/index.js';

/** Decodes chunks, and gives the messages, or the code of the error that ended it. */
function decoded(chunks: readonly (string | Uint8Array)[], options: Parameters<typeof jsonLines>[0] = {}) {
  const messages: unknown[] = [];
  const decoder = jsonLines(options).decoder((message) => messages.push(message));
  try {
    for (const chunk of chunks) {
      const piece = typeof chunk === 'string' ? Buffer.from(chunk) : Uint8Array.from(chunk);
      decoder.push(piece);
      piece.fill(0xdb);
    }
    decoder.end();
    return { messages, code: undefined };
  } catch (error) {
    return { messages, code: (error as WirelineError).code };
  }
}

function circle(): object {
  const made: Record<string, unknown> = {};
  made.self = made;
  return made;
}

describe('json lines', () => {
  const json = fc.dictionary(fc.string({ unit: 'binary', maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }));

  test('any objects, cut anywhere, are the same objects', () => {
    const { encode } = jsonLines<object>();
    fc.assert(
      fc.property(fc.array(json), fc.array(fc.nat()), (messages, cuts) => {
        const stream = Buffer.concat(messages.map((message) => encode(message)));
        const ends = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
        const pieces = [...ends, stream.length].map((to, at) => stream.subarray(ends[at - 1] ?? 0, to));
        const { messages: got, code } = decoded(pieces);
        expect(code).toBeUndefined();
        expect(got).toEqual(messages.map((message) => JSON.parse(JSON.stringify(message))));
      }),
      { numRuns: 300 },
    );
  });

  test('are encoded on one line, whatever is in them', () => {
    const encoded = Buffer.from(jsonLines<object>().encode({ body: 'a\nb\r\u2028"\\' })).toString();
    expect(encoded).toBe('{"body":"a\\nb\\r\u2028\\"\\\\"}\n');
  });

  test.each([
    ['undefined', undefined, 'JSON does not write it as an object'],
    ['null', null, 'JSON does not write it as an object'],
    ['a list', [1], 'JSON does not write it as an object'],
    ['a string', 'hello', 'JSON does not write it as an object'],
    ['a function', () => {}, 'JSON does not write it as an object'],
    ['a date, whose toJSON makes a string', new Date(0), 'JSON does not write it as an object'],
    ['a big integer', { n: 1n }, 'JSON cannot write it: '],
    ['a circle', circle(), 'JSON cannot write it: '],
  ])('are not made of %s', (_what, value, words) => {
    expect(() => jsonLines<object>().encode(value as object)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(words) }),
    );
  });

  test('may be empty, end in CRLF, have white space around them, and need no newline at the end', () => {
    const { messages, code } = decoded(['\n\r\n {"a":1} \r\n \n \t \r\n{"b":2}']);
    expect({ messages, code }).toEqual({ messages: [{ a: 1 }, { b: 2 }], code: undefined });
  });

  test.each([
    ['no JSON', '{"a":1}\nhello\n', 'protocol'],
    ['half of it', '{"a":1}\n{"b"\n', 'protocol'],
    ['a list', '{"a":1}\n[1]\n', 'protocol'],
    ['null', '{"a":1}\nnull\n', 'protocol'],
    ['a number', '{"a":1}\n1\n', 'protocol'],
    ['cut in mid-object', '{"a":1}\n{"b":', 'truncated'],
  ])('that are %s are an error, after those before', (_what, stream, expected) => {
    expect(decoded([stream])).toEqual({ messages: [{ a: 1 }], code: expected });
  });

  test('have a longest line, also where it never ends', () => {
    const line = `{"a":"${'x'.repeat(92)}"}`;
    expect(decoded([`${line}\n`], { max: 100 }).code).toBeUndefined();
    expect(decoded([`${line} \n`], { max: 100 }).code).toBe('too-long');
    expect(decoded([...'x'.repeat(101)], { max: 100 }).code).toBe('too-long');
  });

  test('pass over words for people where they are asked to', () => {
    const stream = '* welcome\n{"a":1}\n\n[bob] {"b":2}\n';
    expect(decoded([stream], { objectsOnly: true })).toEqual({ messages: [{ a: 1 }], code: undefined });
    expect(decoded([...stream], { objectsOnly: true })).toEqual({ messages: [{ a: 1 }], code: undefined });
  });

  test('take what is no UTF-8 as U+FFFD', () => {
    const stream = Buffer.concat([Buffer.from('{"a":"'), Uint8Array.of(0xff), Buffer.from('é"}\n')]);
    expect(decoded([stream]).messages).toEqual([{ a: '\ufffdé' }]);
  });
});
