import { describe, expect, test } from 'vitest';
import { palette } from '../../../../src/features/chat/terminal/row.js';
import { keys, Typist } from '../../../support/typist.js';

describe('messages', () => {
  test('are rows with a time, and what is being typed stays while they come', () => {
    const typist = Typist.joined().type('half a sen');
    typist.entry('hello').entry('more');
    expect(typist.screen).toEqual(
      [
        ' 1 dev',
        ...['', '', '', ''],
        '12:00 bob: hello',
        '12:00 bob: more',
        ' ada in dev: connected',
        '> half a sen',
      ].toSpliced(1, 0, ''),
    );
    expect(typist.cursor).toEqual({ row: 9, column: 12 });
    typist.type('tence', keys.enter);
    expect(typist.drafts).toEqual(['dev: half a sentence']);
    expect(typist.input).toBe('>');
  });

  test('of our own are sending, then sent, or failed with the reason', () => {
    const typist = Typist.joined().type('one', keys.enter).type('two', keys.enter);
    expect(typist.messages).toEqual(['12:00 ada: one (sending)', '12:00 ada: two (sending)']);
    expect(typist.stateLine).toContain('2 sending');
    const [one, two] = typist.effects.flatMap((effect) => (effect.do === 'say' ? [effect.id] : []));
    typist.entry('meanwhile').entry('one', { from: 'ada' });
    typist.said(one as string, { number: 2 }).said(two as string, { failed: 'too many messages' });
    expect(typist.messages).toEqual([
      '12:00 bob: meanwhile',
      '12:00 ada: one ✓',
      '12:00 ada: two (failed: too many messages)',
    ]);
    expect(typist.stateLine).not.toContain('sending');
  });
});

describe('more of messages', () => {
  test('that were sent and acknowledged before they come back wait for their place at the end', () => {
    const typist = Typist.joined().type('mine', keys.enter);
    typist.said('s-1', { number: 2 });
    expect(typist.messages).toEqual(['12:00 ada: mine ✓']);
    typist.entry('before it', { number: 1 });
    expect(typist.messages).toEqual(['12:00 bob: before it', '12:00 ada: mine ✓']);
    typist.entry('mine', { from: 'ada', number: 2 });
    expect(typist.messages).toEqual(['12:00 bob: before it', '12:00 ada: mine ✓']);
  });

  test('of others cannot move the cursor, turn text around or pass for a row of another', () => {
    const typist = Typist.joined({ columns: 50 });
    typist.entry('\x1b[2Jred \u202edaer\r\n12:00 eve: not eve');
    expect(typist.messages).toEqual(['12:00 bob: ^[[2Jred <U+202E>daer', '      12:00 eve: not eve']);
    typist.told({ type: 'topic', room: 'dev', name: 'bob', topic: '\x1b]0;title\x07' });
    expect(typist.messages.at(-1)).toBe('12:00 * bob has set the topic: ^[]0;title^G');
    expect(typist.screen[0]).toBe(' 1 dev   ^[]0;title^G');
    typist.entry('hi', { from: 'a\nb\x07' }).told({ type: 'who', room: 'dev', names: ['a\nb\x07'] });
    expect(typist.messages.at(-1)).toBe('12:00 a b^G: hi');
    typist.type('a', keys.tab);
    for (const row of typist.screen) expect(row).not.toMatch(/\p{Cc}/u);
    const narrow = Typist.joined({ columns: 30 });
    narrow.told({ type: 'topic', room: 'dev', name: 'bob', topic: 'x\neve: not eve' });
    expect(narrow.messages).toEqual(['* bob has set the topic: x', '  eve: not eve']);
  });

  test('have the date before the first of a day', () => {
    const typist = Typist.joined().entry('today');
    typist.now += 24 * 3600_000;
    typist.entry('tomorrow');
    const rows = ['12:00 bob: today', '--- Sun Nov 22 2026 ---', '12:00 bob: tomorrow'];
    // Above what is of an earlier day than now stands that day.
    expect(typist.messages).toEqual(['--- Sat Nov 21 2026 ---', ...rows]);
    typist.now -= 24 * 3600_000;
    expect(typist.pass(0).messages).toEqual(rows);
  });

  test('that nobody else sees, and what happens', () => {
    const typist = Typist.joined().type('/msg bob a secret', keys.enter);
    expect(typist.effects.at(-1)).toEqual({ do: 'ask', message: { type: 'msg', to: 'bob', body: 'a secret' } });
    typist.told({ type: 'msg', from: 'ada', to: 'bob', body: 'a secret', time: typist.now });
    typist.told({ type: 'join', room: 'dev', name: 'eve' }).told({ type: 'nick', from: 'eve', name: 'eva' });
    typist.told({ type: 'leave', room: 'dev', name: 'eva' });
    expect(typist.messages).toEqual([
      '12:00 ada to bob: a secret',
      '12:00 * eve has joined',
      '12:00 * eve is now eva',
      '12:00 * eva has left',
    ]);
  });
});

test('what we said under the name that we had just before is our own', () => {
  const typist = Typist.joined().type('ada?', keys.enter).told({ type: 'nick', from: 'ada', name: 'zed' });
  typist.entry('ada?', { from: 'ada', number: 1 }).said('s-1', { number: 1 });
  expect(typist.messages.at(-1)).toBe('12:00 ada: ada? ✓');
  expect(typist.effects.filter((effect) => effect.do === 'bell')).toEqual([]);
});

describe('the connection', () => {
  test('that is lost: the line counts down, what is said waits, questions are answered here', () => {
    const typist = Typist.joined().state({ at: 'waiting', ms: 3000, why: 'the peer cut the connection' });
    expect(typist.stateLine).toMatch(/^ ada in dev: reconnecting in 3 s \| th.*~$/);
    expect(typist.resize(80, 10).stateLine).toBe(' ada in dev: reconnecting in 3 s | the peer cut the connection');
    typist.pass(1500);
    expect(typist.stateLine).toContain('reconnecting in 2 s');
    typist.type('later', keys.enter).type('/who', keys.enter);
    expect(typist.messages).toEqual([
      '12:00 * there is no connection: try again in a moment',
      '12:00 ada: later (sending)',
    ]);
    typist.state({ at: 'connecting' });
    expect(typist.stateLine).toBe(' ada in dev: connecting | 1 sending');
    typist.state({ at: 'connected' });
    expect(typist.stateLine).toBe(' ada in dev: connected | 1 sending');
  });

  test('says how many messages were missed, until something is said', () => {
    const typist = Typist.joined().entry('one').state({ at: 'waiting', ms: 1, why: 'x' }).state({ at: 'connected' });
    typist.join('dev', { first: 5, last: 5, after: 4 }, { entries: 3 });
    expect(typist.messages.at(-2)).toBe('12:00 * 3 messages are missing: the server does not have');
    expect(typist.stateLine).toBe(' ada in dev: connected | 3 missed');
    typist.type('well', keys.enter);
    expect(typist.stateLine).toBe(' ada in dev: connected | 1 sending');
  });

  test('to a server with a new log says so', () => {
    const typist = Typist.joined({ columns: 100 }).entry('one');
    typist.join('dev', { epoch: 'f', first: 1, last: 9, after: 4 }, { entries: undefined });
    expect(typist.messages.at(-1)).toBe(
      '12:00 * the server has begun a new journal: what was said meanwhile is not known',
    );
  });
});

describe('a screen beside floods', () => {
  const ms = (run: () => void) => {
    const from = performance.now();
    run();
    return performance.now() - from;
  };

  test.each([
    ['wide characters', '日本'.repeat(40_000)],
    ['letters with marks', 'e\u0301'.repeat(60_000)],
    ['one long word', 'x'.repeat(250_000)],
    ['newlines', '\n'.repeat(250_000)],
  ])('lays out only its own rows: long messages of %s', (_what, body) => {
    const typist = Typist.joined({ columns: 80, rows: 30 });
    for (let at = 0; at < 20; at++) typist.entry(body);
    expect(typist.screen.join('\n')).toMatch(/\.\.\. more: \d+ characters in all; \/more shows it/);
    // Each of these took seconds when all was laid out.
    expect(ms(() => typist.type(keys.pageUp, keys.pageUp).screen)).toBeLessThan(2000);
    expect(ms(() => typist.resize(79, 30).screen)).toBeLessThan(2000);
    expect(ms(() => typist.type('a').screen)).toBeLessThan(2000);
  });

  test('shows more of a long message that is asked for, and then all', () => {
    const typist = Typist.joined({ columns: 80, rows: 30 }).entry(`${'line\n'.repeat(500)}the end`);
    expect(typist.screen.join('\n')).not.toContain('the end');
    typist.type('/more', keys.enter, '/more', keys.enter);
    expect(typist.screen.join('\n')).toContain('the end');
    typist.type('/more', keys.enter);
    expect(typist.messages.at(-1)).toBe('12:00 * every message is shown whole');
  });

  test('keeps no more of a room that is scrolled up than it can', () => {
    const typist = Typist.joined({ columns: 80, rows: 30 });
    for (let at = 0; at < 100; at++) typist.entry(`before ${at}`);
    typist.type(keys.pageUp);
    const shown = typist.messages;
    for (let at = 0; at < 4_000; at++) typist.entry(`message ${at}`);
    expect(typist.messages).toEqual(shown);
    for (let at = 0; at < 20_000; at++) typist.entry(`message ${at}`);
    expect(typist.model.rooms[0]?.lines.length).toBeLessThanOrEqual(10_000);
    expect(typist.screen.join('\n')).toContain('message');
  });

  test('scrolls by rows to the top and back, whatever the height of messages', () => {
    const typist = Typist.joined({ columns: 20, rows: 10 });
    for (let at = 0; at < 30; at++) typist.entry(`message ${at} ${'word '.repeat(at % 7)}`);
    const newest = typist.screen;
    const seen = new Set<string>();
    for (let at = 0; at < 60; at++) for (const row of typist.type(keys.pageUp).messages) seen.add(row);
    expect(typist.messages[0]).toContain('message 0');
    for (let at = 0; at < 60; at++) for (const row of typist.type(keys.pageDown).messages) seen.add(row);
    expect(typist.screen).toEqual(newest);
    for (let at = 0; at < 30; at++) expect([...seen].some((row) => row.includes(`message ${at}`))).toBe(true);
  });
});

test('colours of names can be read on black and on white', () => {
  const levels = [0, 95, 135, 175, 215, 255];
  const linear = (level: number) =>
    level / 255 <= 0.04045 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4;
  for (const [index] of palette) {
    const [red, green, blue] = [36, 6, 1].map((unit) =>
      linear(levels[Math.floor((index - 16) / unit) % 6] as number),
    ) as [number, number, number];
    const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    // WCAG 2.2, relative luminance and contrast ratio.
    expect(Math.min((luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05))).toBeGreaterThan(4.3);
  }
});

test('what the server has not answered for five seconds is named', () => {
  const typist = Typist.joined({ columns: 80 }).type('hello', keys.enter).pass(4_000);
  expect(typist.stateLine).toContain('connected | 1 sending');
  expect(typist.pass(2_000).stateLine).toContain('no answer for 6 s | 1 sending');
  typist.entry('hello', { from: 'ada' });
  expect(typist.pass(0).stateLine).toContain('connected');
});
