import { describe, expect, test } from 'vitest';
import { KeyReader } from '../../../../src/features/chat/terminal/keys.js';
import { Renderer } from '../../../../src/features/chat/terminal/renderer.js';
import type { Colours } from '../../../../src/features/chat/terminal/row.js';
import { colourOf, nameColours, paint } from '../../../../src/features/chat/terminal/row.js';
import { view } from '../../../../src/features/chat/terminal/view.js';
import { cut, graphemes, widthOf, wrap } from '../../../../src/io/width.js';
import { keys, Typist } from '../../../support/typist.js';

describe('wide characters', () => {
  test('take two columns, and none is cut in half', () => {
    expect(['日本', '👩‍🚀', '❤️', 'e\u0301', '🇩🇪', 'a'].map(widthOf)).toEqual([4, 2, 2, 1, 2, 1]);
    expect(wrap('日本語日本語', 5)).toEqual(['日本', '語日', '本語']);
    expect(wrap('👩‍🚀👩‍🚀👩‍🚀', 4)).toEqual(['👩‍🚀👩‍🚀', '👩‍🚀']);
    expect(cut('日本語', 4)).toBe('日~');
  });

  test('and letters of several code points have as many as terminals give them, so that nothing is written over', () => {
    // Hindi, Tamil, Thai, Malayalam, Burmese; Hangul in parts; Hebrew with a point: as tmux and xterm advance.
    const letters = ['\u0915\u093e', '\u0938\u094d\u0924\u0947', '\u0b95\u0bcb', '\u0e01\u0e33', '\u0d15\u0d4d\u0d37'];
    expect(letters.map(widthOf)).toEqual([2, 2, 2, 2, 2]);
    expect(['\u1019\u103c\u1014\u103a', '\u1100\u1161\u11a8', '\u05e9\u05c1'].map(widthOf)).toEqual([3, 2, 1]);
  });

  test('of a long text are found as those of a short one, and soon', () => {
    const text = 'x日👩‍🚀🇩🇪e\u0301 '.repeat(5_000);
    expect(graphemes(text)).toEqual(
      Array.from({ length: 5_000 }, () => ['x', '日', '👩‍🚀', '🇩🇪', 'e\u0301', ' ']).flat(),
    );
    expect(graphemes(`a${'\u0301'.repeat(1000)}b`).join('')).toHaveLength(1002);
  });

  test('do not stop a screen that is narrower than they are', () => {
    expect(wrap('日本', 1)).toEqual(['日', '本']);
  });

  test('that terminals do not agree about are followed by their column', () => {
    expect(paint([{ text: 'a❤️b日c' }], 20, 'none')).toBe('a❤️\x1b[4Gb日c');
    expect(paint([{ text: '日本語' }], 5, 'none')).toBe('日本\x1b[m');
  });

  test.each([1, 2, 3, 5, 8, 13, 21, 40, 80])(
    'fill no row beyond a screen of %d columns, however low it is',
    (columns) => {
      const typist = Typist.joined({ columns, rows: 12, rooms: ['dev', '日本'] });
      typist.entry('日本語 👩‍🚀 and a-word-that-is-longer-than-the-screen and more', { from: '長い名前さん' });
      typist.told({ type: 'error', code: 'rate', message: 'too 日本 fast' }).type('日本語👩‍🚀x');
      for (const rows of [12, 6, 3, 2, 1]) {
        typist.resize(columns, rows);
        const screen = view(typist.model);
        expect(screen.rows).toHaveLength(rows);
        expect(screen.cursor.column).toBeLessThan(columns);
        if (columns < 4) continue;
        for (const row of typist.screen) expect(widthOf(row)).toBeLessThanOrEqual(columns);
      }
    },
  );
});

describe('the painter', () => {
  test('sends only the rows that differ', () => {
    const typist = Typist.joined().entry('one');
    const painter = new Renderer('none');
    const frame = () => painter.frame(view(typist.model), 60);
    expect(frame()).toContain('\x1b[2J');
    expect(frame()).toBe('');
    typist.type('x');
    expect(frame()).toBe('\x1b[?2026h\x1b[?25l\x1b[10;1H\x1b[2K> x\x1b[10;4H\x1b[?25h\x1b[?2026l');
    typist.type(keys.left);
    expect(frame()).toBe('\x1b[?2026h\x1b[?25l\x1b[10;3H\x1b[?25h\x1b[?2026l');
    painter.forget();
    expect(frame()).toContain('one');
  });

  test('gives a name one colour everywhere, and none with NO_COLOR', () => {
    expect(colourOf('Ada')).toBe(colourOf('ada'));
    const names = Array.from({ length: 500 }, (_, at) => colourOf(`name${at}`));
    expect(new Set(names).size).toBe(nameColours);
    const row = [{ text: 'ada', style: { name: colourOf('ada'), dim: true } }];
    const painted = (colours: Colours) => paint(row, 80, colours).replaceAll('\x1b', '^');
    expect(painted('many')).toMatch(/^\^\[2;38;5;\d+mada\^\[m$/);
    expect(painted('basic')).toMatch(/^\^\[2;3\dmada\^\[m$/);
    expect(painted('none')).toBe('^[2mada^[m');
  });
});

describe('keys', () => {
  const read = (...pieces: string[]) => {
    const reader = new KeyReader();
    return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.flush()];
  };

  test.each([
    ['\r', 'enter'],
    ['\n', 'ctrl-j'],
    ['\x1b\r', 'alt-enter'],
    ['\x1b[13;3u', 'alt-enter'],
    ['\x1b[27;2;13~', 'shift-enter'],
    ['\x1b[5~', 'page-up'],
    ['\x1bOA', 'up'],
    ['\x1b[1;5D', 'ctrl-left'],
    ['\x1b\x1b[D', 'alt-left'],
    ['\x1b[1~', 'home'],
    ['\x1b1', 'alt-1'],
    ['\x1b\x7f', 'alt-backspace'],
    ['\x1bä', 'alt-ä'],
    ['\x03', 'ctrl-c'],
    ['\x1b', 'escape'],
    ['\x1b\x1b', 'escape'],
  ])('%j is %s, whole and in pieces', (sent, key) => {
    expect(read(sent)).toEqual([{ key }]);
    expect(read(...sent)).toEqual([{ key }]);
  });

  test('text stays together, and unknown sequences are dropped', () => {
    expect(read('ab👩‍🚀\x1b[?1;2cc\x1b[200;5~d\x00')).toEqual([{ text: 'ab👩‍🚀' }, { text: 'c' }, { text: 'd' }]);
    expect(read(`\x1b[${'1;'.repeat(100)}`, 'x')).toEqual([{ text: 'x' }]);
  });

  test('a paste is one stroke, whatever is in it and however it comes', () => {
    const text = 'a\r\x1b[A\x03\x1b[20b';
    expect(read(`x${keys.paste(text)}y`)).toEqual([{ text: 'x' }, { paste: text }, { text: 'y' }]);
    expect(read(...keys.paste(text))).toEqual([{ paste: text }]);
  });
});
