import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/index.js';
import { type Transform, transform } from '../../../src/features/transform/server/transform.js';
import { builtIn } from '../../../src/features/transform/server/transforms.js';
import { length, text, withEnds } from '../../../src/framing/index.js';
import { memoryPair } from '../../../src/net/index.js';

const encoder = new TextEncoder();
const utf8 = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** Sends `parts` to a transform service, half-closes, and gives all that comes back. */
function exchange(make: () => Transform, parts: readonly (string | Uint8Array)[], codec = text()): Promise<Buffer> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    memoryPair(transform({ codec, make }), (peer: Connection) => {
      for (const part of parts) peer.write(typeof part === 'string' ? encoder.encode(part) : part);
      peer.end();
      return {
        data: (bytes) => void received.push(Buffer.from(bytes)),
        end() {},
        close: () => resolve(Buffer.concat(received)),
      };
    });
  });
}

const apply = async (word: string, message: string | Uint8Array): Promise<string> => {
  const make = builtIn(word);
  if (!make) throw new Error(`${word} is not built in`);
  const bytes = typeof message === 'string' ? encoder.encode(message) : message;
  return utf8((await make()(bytes)) as Uint8Array);
};

describe('a transform of one’s own', () => {
  test('may keep its message for a later reply, though others follow', async () => {
    const later = async (message: Uint8Array) => {
      await new Promise(setImmediate);
      return message;
    };
    expect((await exchange(() => later, ['one\n', 'two\n', 'three\n'])).toString()).toBe('one\ntwo\nthree\n');
  });

  test('may reply in text', async () => {
    const now = (message: Uint8Array) => `${utf8(message)}é`;
    expect((await exchange(() => now, ['one\n'])).toString()).toBe('oneé\n');
    expect((await exchange(() => async (message) => now(message), ['one\n'])).toString()).toBe('oneé\n');
  });

  test.each([
    ['now', () => 7 as never],
    ['later', async () => undefined as never],
  ])('that makes %s what is neither bytes nor text is answered with an error', async (_, made) => {
    expect((await exchange(() => made, ['one\n'])).toString()).toMatch(
      /^error: the transform returned \w+, and not text/,
    );
  });
});

describe('the built-in transforms', () => {
  test.each([
    ['reverse', 'hello', 'olleh'],
    ['reverse', '', ''],
    ['reverse', 'a\r\nb', 'b\r\na'],
    ['reverse', 'e\u0301a', 'ae\u0301'],
    ['reverse', '👨‍👩‍👧🇩🇪👍🏽x', 'x👍🏽🇩🇪👨‍👩‍👧'],
    ['upper', 'aZ1ß', 'AZ1SS'],
    ['upper', 'abc[`{', 'ABC[`{'],
    ['lower', 'AZ@[É', 'az@[é'],
    ['length', 'é\0', '3'],
    ['length', '', '0'],
    ['count', 'hello', '1: hello'],
    ['rot13', 'Hello, Žlab 13', 'Uryyb, Žyno 13'],
    ['prefix:> ', 'x', '> x'],
    ['suffix:!', 'x', 'x!'],
    ['suffix:', 'x', 'x'],
  ])('%s of %j is %j', async (word, message, reply) => {
    expect(await apply(word, message)).toBe(reply);
  });

  test('keep bytes that are no text, where they do not look at characters', async () => {
    const bytes = Uint8Array.of(255, 0, 104, 128);
    expect(await builtIn('rot13')?.()(bytes)).toEqual(Uint8Array.of(255, 0, 117, 128));
    expect(await builtIn('prefix:x')?.()(bytes)).toEqual(Uint8Array.of(120, 255, 0, 104, 128));
  });

  test.each([
    ['decomposed letters', 'e\u0301', 83_000],
    ['flags', '🇩🇪🇫🇷', 30_000],
    ['Hindi without a space', 'क्षत्रिय', 29_000],
    ['families', '👨‍👩‍👧', 9_000],
    ['jamo', '\u1112\u1161\u11ab', 60_000],
    ['one endless cluster', '\u0301', 100_000],
  ])('reverse takes time in proportion to the length: %s', (_, unit, count) => {
    const reversed = (times: number) => utf8(builtIn('reverse')?.()(encoder.encode(unit.repeat(times))) as Uint8Array);
    const began = performance.now();
    const all = reversed(count);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(all.length).toBe(unit.length * count);
    const clusters = (text: string) =>
      Array.from(new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text), ({ segment }) => segment);
    // The segmenter itself is asked about a part that it is done with in time.
    expect(reversed(700) === clusters(unit.repeat(700)).reverse().join('')).toBe(true);
  });

  test('reverse reverses clusters, at any length', () => {
    const cluster = fc.constantFrom(
      'a',
      'Z',
      '9',
      ' ',
      'é',
      'e\u0301',
      '한',
      '👍🏽',
      '🇩🇪',
      '👨‍👩‍👧',
      '\r\n',
      '漢',
      '\u0928\u093f',
    );
    const texts = fc.array(cluster, { maxLength: 300 }).map((clusters) => [...clusters, 'x'.repeat(5000), ...clusters]);
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    fc.assert(
      fc.property(texts, (clusters) => {
        const whole = clusters.join('');
        const expected = Array.from(segmenter.segment(whole), ({ segment }) => segment)
          .reverse()
          .join('');
        expect(utf8(builtIn('reverse')?.()(encoder.encode(whole)) as Uint8Array) === expected).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('other words are none of them', () => {
    expect(builtIn('./shout.mjs')).toBeUndefined();
    expect(builtIn('constructor')).toBeUndefined();
    expect(() => builtIn('prefix:a\nb')).toThrow(/one line/);
  });
});

describe('the service', () => {
  test('answers in order, each as its message ended, with CRLF, empty messages and an unfinished last one', async () => {
    const replies = await exchange(() => builtIn('upper')?.() as Transform, ['a\nb', 'c\r\n\nlast']);
    expect(utf8(replies)).toBe('A\nBC\r\n\nLAST');
  });

  test('counts on each connection for itself', async () => {
    const make = builtIn('count') as () => Transform;
    expect(utf8(await exchange(make, ['a\nb\n']))).toBe('1: a\n2: b\n');
    expect(utf8(await exchange(make, ['c\n']))).toBe('1: c\n');
  });

  test('an error is the reply to its own message, on one line', async () => {
    const fussy: Transform = (message) => {
      if (message.length === 1) throw new Error('too\nshort');
      return message.length === 2 ? Promise.reject(new Error('too late')) : new Uint8Array(message);
    };
    expect(utf8(await exchange(() => fussy, ['abc\na\nab\nabc\n']))).toBe(
      'abc\nerror: too short\nerror: too late\nabc\n',
    );
  });

  test('keeps the order whatever takes how long, with more messages than may wait', async () => {
    const order = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(order, async (turns) => {
        const slow: Transform = (message) => {
          const copy = new Uint8Array(message);
          const wait = turns[Number(utf8(copy))] ?? 0;
          if (wait === 0) return copy;
          return new Promise((resolve) => {
            const later = (left: number): void => void setImmediate(() => (left > 0 ? later(left - 1) : resolve(copy)));
            later(wait);
          });
        };
        const messages = turns.map((_, at) => `${at}\n`).join('');
        expect(utf8(await exchange(() => slow, [messages]))).toBe(messages);
      }),
      { numRuns: 30 },
    );
  });

  test('speaks other framings', async () => {
    const codec = length();
    const sent = codec.encode(encoder.encode('two\nlines'));
    const reply = await exchange(() => builtIn('upper')?.() as Transform, [sent], withEnds(codec));
    expect(reply.equals(Buffer.from(codec.encode(encoder.encode('TWO\nLINES'))))).toBe(true);
  });
});
