import { describe, expect, test } from 'vitest';
import { keys, Typist } from '../support/typist.js';

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
    expect(typist.sayings).toEqual(['dev: half a sentence']);
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
    expect(typist.messages).toEqual(['12:00 bob: today', '--- Sun Nov 22 2026 ---', '12:00 bob: tomorrow']);
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
    expect(typist.stateLine).toBe(' reconnecting in 3 s (the peer cut the connection)');
    expect(typist.resize(80, 10).stateLine).toContain('ada in dev: reconnecting in 3 s');
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
    expect(typist.messages.at(-1)).toBe('12:00 * the server has begun a new log: what was said meanwhile is not known');
  });
});
