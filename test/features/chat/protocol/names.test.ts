import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { casefold, parseNick, parseRoomName } from '../../../../src/features/chat/protocol/names.js';
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
    expect(parseNick('Alice')).toBe('Alice');
    expect(parseNick('Ａｌｉｃｅ')).toBe('Alice');
    expect(parseNick('Zoe\u0301')).toBe('Zoé');
    expect(parseNick("O'Neil_x.2-b")).toBe("O'Neil_x.2-b");
  });

  test('is the same in any case', () => {
    expect(casefold(parseNick('ALICE'))).toBe(casefold(parseNick('ａlice')));
    expect(casefold('ΣΊΣΥΦΟΣ'.normalize('NFD'))).toBe(casefold('ΣΊΣΥΦΟΣ'));
    expect(casefold('straße')).not.toBe(casefold('strasse'));
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
    expect(codeOf(() => parseNick(name))).toBeUndefined();
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
    expect(codeOf(() => parseNick(name))).toBe('bad-name');
  });

  test('is either refused or fit for a line, and says itself again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const code = codeOf(() => parseNick(text));
        expect([undefined, 'bad-name']).toContain(code);
        if (code !== undefined) return;
        expect(parseNick(parseNick(text))).toBe(parseNick(text));
        expect(parseNick(text)).not.toMatch(/[\s[\]*/:\p{C}]/u);
      }),
    );
  });
});

test("a room's name is folded, and may have a # before it", () => {
  expect(parseRoomName('#Dev')).toBe('dev');
  expect(parseRoomName('x'.repeat(64))).toHaveLength(64);
  expect(codeOf(() => parseRoomName('##'))).toBe('bad-room');
  expect(codeOf(() => parseRoomName('x'.repeat(65)))).toBe('bad-room');
  expect(() => parseRoomName('a b')).toThrow(Refusal);
});
