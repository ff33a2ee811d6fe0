import { describe, expect, test } from 'vitest';
import { keys, Typist } from '../../../support/typist.js';

const { control, alt } = keys;

describe('the line that is typed', () => {
  test('is edited by grapheme: no half of an emoji, no letter without its accent', () => {
    const typist = Typist.joined().type('a👩‍🚀e\u0301日');
    expect(typist.cursor.column).toBe(2 + 1 + 2 + 1 + 2);
    typist.type(keys.left, keys.backspace);
    expect(typist.input).toBe('> a👩‍🚀日');
    typist.type(keys.backspace);
    expect(typist.input).toBe('> a日');
    typist.type(keys.home, keys.delete, keys.end, '!');
    expect(typist.input).toBe('> 日!');
  });

  test('has the keys of a shell', () => {
    const typist = Typist.joined().type('one two three', control('w'));
    expect(typist.input).toBe('> one two');
    typist.type(control('a'), 'zero ', alt('f'), control('k'));
    expect(typist.input).toBe('> zero one');
    typist.type(control('u'), control('y'), control('y'));
    expect(typist.input).toBe('> zero onezero one');
    typist.type(alt('b'), control('u'));
    expect(typist.input).toBe('> one');
    typist.type('\x1b[1;5C', '\x1b[1;5D', control('d'));
    expect(typist.input).toBe('> ne');
  });

  test('that is longer than the screen is wide goes on below, the cursor with it', () => {
    const typist = Typist.joined({ columns: 12, rows: 9 }).type('0123456789');
    expect(typist.screen.slice(-2)).toEqual(['> 0123456789', '']);
    expect(typist.cursor).toEqual({ row: 8, column: 2 });
    typist.type('日本', control('a'), keys.right);
    expect(typist.screen.slice(-2)).toEqual(['> 0123456789', '  日本']);
    expect(typist.cursor).toEqual({ row: 7, column: 3 });
    typist.type(control('e'), 'x'.repeat(100));
    expect(typist.screen).toHaveLength(9);
    expect(typist.cursor.row).toBe(8);
  });

  test('comes again by Up and Down, and what was being typed with it', () => {
    const typist = Typist.joined().type('one', keys.enter, 'two', keys.enter, 'one', keys.enter, 'draft');
    typist.type(keys.up);
    expect(typist.input).toBe('> one');
    typist.type(keys.up);
    expect(typist.input).toBe('> two');
    typist.type(keys.up);
    expect(typist.input).toBe('> two');
    typist.type(keys.down, keys.down, keys.down);
    expect(typist.input).toBe('> draft');
  });
});

describe('several lines', () => {
  test('that are pasted are one message, and not said before Enter', () => {
    const typist = Typist.joined().type('see: ', keys.paste('one\r\n\ttwo\x1b[2J\rthree\n'));
    expect(typist.drafts).toEqual([]);
    expect(typist.screen.slice(-3)).toEqual(['> see: one', '   two[2J', '  three']);
    typist.type(keys.enter);
    expect(typist.drafts).toEqual(['dev: see: one\n\ttwo[2J\nthree']);
    expect(typist.messages).toEqual(['12:00 ada: see: one', '          two[2J', '      three (sending)']);
  });

  test('are typed with Alt-Enter, and Up and Down go through them first', () => {
    const typist = Typist.joined().type('old', keys.enter, 'first', keys.altEnter, 'second', keys.up, '!');
    expect(typist.screen.slice(-2)).toEqual(['> first!', '  second']);
    typist.type(keys.down, '?');
    expect(typist.screen.slice(-2)).toEqual(['> first!', '  second?']);
    typist.type(keys.up, keys.up);
    expect(typist.input).toBe('> old');
  });
});

describe('Tab', () => {
  const joined = () => {
    const typist = Typist.joined({ rooms: ['dev', 'docs'] });
    return typist.told({ type: 'who', room: 'dev', names: ['ada', 'bob', 'Bea', 'Änne'] });
  };

  test('completes names, who spoke last first, and takes the next with each press', () => {
    const typist = joined().entry('hi', { from: 'bob' }).type('b', keys.tab);
    expect(typist.input).toBe('> bob:');
    expect(typist.stateLine).toContain('bob: Bea:');
    typist.type(keys.tab);
    expect(typist.input).toBe('> Bea:');
    typist.type(keys.shiftTab, 'look, änn', keys.tab, '!');
    expect(typist.input).toBe('> bob: look, Änne !');
    expect(typist.stateLine).toBe(' ada in dev: connected | 4 here');
  });

  test('completes commands and rooms', () => {
    const typist = joined().type('/to', keys.tab);
    expect(typist.input).toBe('> /topic');
    typist.type(control('u'), 'hi @be', keys.tab);
    expect(typist.input).toBe('> hi @Bea');
    typist.told({ type: 'rooms', rooms: [{ room: 'ops', members: 3 }] }).type(control('u'), '/join o', keys.tab);
    expect(typist.input).toBe('> /join ops');
    typist.type(control('u'), '/join do', keys.tab);
    expect(typist.input).toBe('> /join docs');
    typist.type(control('u'), 'in #d', keys.tab, keys.tab);
    expect(typist.input).toBe('> in #docs');
    typist.type(control('u'), 'nothing such', keys.tab);
    expect(typist.input).toBe('> nothing such');
  });
});

describe('commands', () => {
  test('that are not known are answered here, and a double slash says a slash', () => {
    const typist = Typist.joined()
      .type('/dance', keys.enter)
      .type('//dance', keys.enter)
      .type('/constructor', keys.enter);
    expect(typist.messages[0]).toBe('12:00 * there is no command /dance: /help says which there');
    expect(typist.drafts).toEqual(['dev: /dance']);
  });

  test('ask the server', () => {
    const typist = Typist.joined({ columns: 80 });
    typist.type('/nick eve', keys.enter, '/topic on topic', keys.enter, '/rooms', keys.enter, '/who', keys.enter);
    expect(typist.effects.slice(1)).toEqual([
      { do: 'ask', message: { type: 'nick', name: 'eve' } },
      { do: 'ask', message: { type: 'topic', room: 'dev', topic: 'on topic' } },
      { do: 'ask', message: { type: 'rooms' } },
      { do: 'ask', message: { type: 'who', room: 'dev' } },
    ]);
    // The first answer is to the question that was asked to know the names.
    typist.told({ type: 'who', room: 'dev', names: ['ada'] }).told({ type: 'who', room: 'dev', names: ['ada', 'bob'] });
    expect(typist.messages).toEqual(['12:00 * in dev: ada, bob']);
    typist.type('/topic', keys.enter);
    expect(typist.messages.at(-1)).toBe('12:00 * there is no topic');
  });

  test.each(['/quit', '/q', control('c'), control('d')])('%j leaves', (typed) => {
    const typist = Typist.joined().type(typed, keys.enter);
    expect(typist.effects.slice(1)).toEqual([{ do: 'close' }]);
    expect(typist.stateLine).toContain('leaving');
  });

  test('Bye is said, and leaves', () => {
    const typist = Typist.joined().type('Bye', keys.enter);
    expect(typist.effects.slice(1)).toMatchObject([{ do: 'say', body: 'Bye' }, { do: 'close' }]);
  });

  test('Control-C throws away what is typed, and then leaves', () => {
    const typist = Typist.joined({ columns: 80 }).type(keys.paste('line\n'.repeat(400)));
    expect(typist.screen.join('\n')).toContain('* 400 lines pasted: Enter says them, Control-C throws them away');
    typist.type(control('c'));
    expect(typist.input).toBe('>');
    expect(typist.effects.slice(1)).toEqual([]);
    typist.type(control('c'));
    expect(typist.effects.slice(1)).toEqual([{ do: 'close' }]);
  });

  test('of a topic: it is shown, set and cleared', () => {
    const typist = Typist.joined().type('/topic', keys.enter, '/topic new', keys.enter, '/topic -', keys.enter);
    expect(typist.effects.slice(1)).toMatchObject([{ message: { topic: 'new' } }, { message: { topic: '' } }]);
    typist.told({ type: 'topic', room: 'dev', name: 'bob', topic: '' });
    expect(typist.messages.at(-1)).toBe('12:00 * bob has cleared the topic');
  });

  test('Control-D in a text does not leave', () => {
    expect(Typist.joined().type('text', keys.home, control('d')).input).toBe('> ext');
  });
});
