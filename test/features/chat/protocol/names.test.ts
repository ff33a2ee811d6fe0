import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { folded, nameOf, roomNameOf } from '../../../../src/features/chat/protocol/names.js';
import { Refusal } from '../../../../src/features/chat/protocol/refusal.js';

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Refusal).code;
  }
}

describe('a name', () => {
  test('is shown as it is written, in its usual width and in form C', () => {
    expect(nameOf('Alice')).toBe('Alice');
    expect(nameOf('Ａｌｉｃｅ')).toBe('Alice');
    expect(nameOf('Zoe\u0301')).toBe('Zoé');
    expect(nameOf("O'Neil_x.2-b")).toBe("O'Neil_x.2-b");
  });

  test('is the same in any case', () => {
    expect(folded(nameOf('ALICE'))).toBe(folded(nameOf('ａlice')));
    expect(folded('ΣΊΣΥΦΟΣ'.normalize('NFD'))).toBe(folded('ΣΊΣΥΦΟΣ'));
    expect(folded('straße')).not.toBe(folded('strasse'));
  });

  test.each([
    ['of several scripts that are written together', '漢字カナabc'],
    ['in another script', 'Алиса'],
    ['in Arabic', 'علي'],
    ['in a script of few', 'ᐃᓄᒃ'],
    ['with a long vowel, which two scripts have', 'ラーメン'],
    ['of digits', '007'],
    ['with marks', 'हिन्दी'],
    ['of 32 characters', 'x'.repeat(32)],
  ])('may be %s', (_what, name) => {
    expect(codeOf(() => nameOf(name))).toBeUndefined();
  });

  test.each([
    ['is empty', ''],
    ['has a space', 'a b'],
    ['has a newline', 'a\nb'],
    ['has an escape', 'a\x1b[2J'],
    ['has a bracket', 'a] b'],
    ['begins with a star', '*server'],
    ['begins with a slash', '/x'],
    ['begins with a mark', '\u0301a'],
    ['has a heap of marks', 'a\u0316\u0317\u0318'],
    ['mixes Latin and Cyrillic', 'Аlice'],
    ['mixes Greek and Latin', 'Αlpha'],
    ['has a ligature', 'ﬁna'],
    ['has letters of mathematics', '𝐀lice'],
    ['has a zero-width joiner', 'a\u200db'],
    ['turns the writing around', 'a\u202eb'],
    ['has a letter that is not seen', 'Alice\u1160'],
    ['has a mark that is not seen', 'Al\u034fice'],
    ['has a variation selector', 'Alice\ufe0f'],
    ['has one of the further variation selectors', 'Alice\u{e0100}'],
    ['is not seen at all', '\u115f'],
    ['mixes Latin and Lisu', 'ꓮlice'],
    ['mixes Latin and the syllabics of Canada', 'ᗅlice'],
    ['mixes Cyrillic and Lisu', 'ꓮлиса'],
    ['has 33 characters', 'x'.repeat(33)],
    ['is a megabyte', 'x'.repeat(1024 * 1024)],
  ])('is refused where it %s', (_what, name) => {
    expect(codeOf(() => nameOf(name))).toBe('bad-name');
  });

  test('is either refused or fit for a line, and says itself again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const code = codeOf(() => nameOf(text));
        expect([undefined, 'bad-name']).toContain(code);
        if (code !== undefined) return;
        expect(nameOf(nameOf(text))).toBe(nameOf(text));
        expect(nameOf(text)).not.toMatch(/[\s[\]*/:\p{C}]/u);
      }),
    );
  });
});

test("a room's name is folded, and may have a # before it", () => {
  expect(roomNameOf('#Dev')).toBe('dev');
  expect(roomNameOf('x'.repeat(64))).toHaveLength(64);
  expect(codeOf(() => roomNameOf('##'))).toBe('bad-room');
  expect(codeOf(() => roomNameOf('x'.repeat(65)))).toBe('bad-room');
  expect(() => roomNameOf('a b')).toThrow(Refusal);
});
