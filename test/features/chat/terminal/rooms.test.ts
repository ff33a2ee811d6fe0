import { describe, expect, test } from 'vitest';
import { keys, noon, Typist } from '../../../support/typist.js';

const { control, alt } = keys;

describe('several rooms', () => {
  test('count what is unread, and say where our name was said', () => {
    const typist = Typist.joined({ rooms: ['dev', 'ops', 'pub'] });
    typist.entry('one', { room: 'ops' }).entry('two', { room: 'ops' }).entry('Ada?', { room: 'pub' });
    expect(typist.screen[0]).toBe(' 1 dev  2 ops (2)  3 pub (1!)');
    expect(typist.effects.at(-1)).toEqual({ do: 'bell' });
    typist.type(alt('2'));
    expect(typist.screen[0]).toBe(' 1 dev  2 ops  3 pub (1!)');
    expect(typist.messages).toEqual(['12:00 bob: one', '12:00 bob: two']);
    typist.type(control('n'), control('n'), control('p'), 'here', keys.enter);
    expect(typist.drafts).toEqual(['pub: here']);
    typist.entry('adamant, says ada', { room: 'dev' });
    expect(typist.screen[0]).toBe(' 1 dev (1!)  2 ops  3 pub');
    typist.type(alt('9'));
    expect(typist.stateLine).toContain('ada in pub');
  });

  test('do not count what was said before we came, and do what was said while we were away', () => {
    const typist = new Typist({ rooms: ['dev', 'ops'] });
    typist.state({ at: 'connected' }).join('dev').join('ops', { last: 2 });
    typist.entry('old', { room: 'ops', number: 1 }).entry('old', { room: 'ops', number: 2 });
    expect(typist.screen[0]).toBe(' 1 dev  2 ops');
    typist.state({ at: 'waiting', ms: 1, why: 'x' }).join('ops', { last: 3, after: 2, recovered: true });
    typist.entry('new', { room: 'ops', number: 3 });
    expect(typist.screen[0]).toBe(' 1 dev  2 ops (1)');
  });

  test('are joined and left; one that will not have us is gone again', () => {
    const typist = Typist.joined().type('/join #Ops', keys.enter);
    expect(typist.effects.at(-1)).toEqual({ do: 'join', room: 'ops' });
    typist.join('ops', { topic: 'what runs' });
    expect(typist.screen[0]).toBe(' 1 dev  2 ops   what runs');
    typist.type('/join -x', keys.enter).told({ type: 'error', code: 'bad-room', message: 'no', room: '-x' });
    expect(typist.screen[0]).toBe(' 1 dev  2 ops   what runs');
    expect(typist.messages).toEqual(['12:00 * cannot join -x: no']);
    expect(typist.effects.at(-1)).toEqual({ do: 'leave', room: '-x' });
    typist.type('/leave', keys.enter);
    expect(typist.screen[0]).toBe(' 1 dev');
    typist.type('/leave', keys.enter);
    expect(typist.messages.at(-1)).toBe('12:00 * this is the only room: /join another first, or /quit');
  });

  test('that are more than fit: the one that is shown is seen', () => {
    const typist = Typist.joined({ columns: 30, rooms: ['first', 'second', 'third', 'fourth'] }).type(alt('4'));
    expect(typist.screen[0]).toBe('<2 3 third  4 fourth');
    typist.entry('ada: here', { room: 'first' });
    expect(typist.screen[0]).toBe('<2 (1!) 3 third  4 fourth');
    typist.type(alt('1'), alt('3'), alt('1'));
    expect(typist.screen[0]).toBe(' 1 first  2 second  2>');
    typist.entry('hello', { room: 'fourth', number: 2 }).entry('ada?', { room: 'second', number: 3 });
    typist.type(alt('a'));
    expect(typist.stateLine).toContain('in second');
    typist.type(alt('a'), alt('a'));
    expect(typist.stateLine).toContain('in fourth');
  });

  test('that is refused leaves us where we were', () => {
    const typist = Typist.joined({ rooms: ['dev', 'pub', 'ops'] }).type('/join no!', keys.enter);
    typist.told({ type: 'error', code: 'bad-room', message: 'no', room: 'no!' });
    typist.type('hello', keys.enter);
    expect(typist.drafts).toEqual(['dev: hello']);
    expect(typist.messages.filter((row) => row.includes('cannot join'))).toHaveLength(1);
  });

  test('that is the only one and refused ends the program', () => {
    const typist = new Typist({ rooms: ['no!'] }).state({ at: 'connected' });
    typist.told({ type: 'error', code: 'bad-room', message: 'a bad name', room: 'no!' });
    expect(typist.effects.at(-1)).toEqual({ do: 'fail', why: 'cannot join no!: a bad name' });
  });

  test('each have a draft', () => {
    const typist = Typist.joined({ rooms: ['dev', 'pub'] }).type('for dev', alt('2'));
    expect(typist.input).toBe('>');
    typist.type('for pub', alt('1'));
    expect(typist.input).toBe('> for dev');
    typist.type(keys.enter, alt('2'), keys.enter);
    expect(typist.drafts).toEqual(['dev: for dev', 'pub: for pub']);
  });

  test('fold who comes and goes, and say nothing of who comes back with the server', () => {
    const typist = Typist.joined({ columns: 100 });
    const move = (type: 'join' | 'leave', name: string) => typist.told({ type, room: 'dev', name });
    for (let at = 1; at <= 200; at++) move('join', `m${at}`);
    move('leave', 'm7');
    expect(typist.messages).toEqual(['12:00 * 200 have joined: m196, m197, m198, m199, m200 and others; m7 has left']);
    typist.entry('hi');
    move('leave', 'm8');
    expect(typist.messages.slice(1)).toEqual(['12:00 bob: hi', '12:00 * m8 has left']);
    typist
      .state({ at: 'waiting', ms: 1, why: 'it stopped' })
      .state({ at: 'connected' })
      .join('dev', { recovered: true });
    move('join', 'm9');
    move('join', 'new');
    expect(typist.messages.slice(2)).toEqual(['12:00 * new has joined; m8 has left']);
  });
});

describe('scrolling back', () => {
  const full = (count = 20) => {
    const typist = new Typist({ rows: 8 }).state({ at: 'connected' });
    typist.join('dev', { first: 1, last: 100, after: 80 });
    for (let at = 81; at <= 80 + count; at++) typist.entry(`line ${at}`, { number: at });
    return typist;
  };
  const lines = (typist: Typist) => typist.messages.map((row) => Number(/line (\d+)$/.exec(row)?.[1]));

  test('stays where it is while messages come, and says how many are below', () => {
    const typist = full();
    expect(lines(typist)).toEqual([96, 97, 98, 99, 100]);
    typist.type(keys.pageUp);
    expect(lines(typist)).toEqual([92, 93, 94, 95, 96]);
    typist.entry('line 101', { number: 101 });
    expect(lines(typist)).toEqual([92, 93, 94, 95, 96]);
    expect(typist.stateLine).toContain('5 below');
    typist.type(keys.pageDown);
    expect(lines(typist)).toEqual([96, 97, 98, 99, 100]);
    typist.type(keys.escape);
    expect(lines(typist)).toEqual([97, 98, 99, 100, 101]);
    expect(typist.stateLine).not.toContain('below');
  });

  test('outlasts a message of 262,144 lines below, where the screen becomes higher', () => {
    const typist = full(6).type(keys.pageUp);
    typist.entry('\n'.repeat(262_144), { number: 87 });
    typist.resize(60, 40);
    expect(lines(typist).slice(0, 6)).toEqual([81, 82, 83, 84, 85, 86]);
  });

  test('is back at the newest once something is said or asked for', () => {
    const typist = full().type(keys.pageUp, '/what', keys.enter);
    expect(typist.stateLine).not.toContain('below');
    expect(typist.messages.at(-1)).toContain('//TEXT says text with a slash');
    typist.type(keys.pageUp, 'hello', keys.enter);
    expect(typist.messages.at(-1)).toContain('hello');
  });

  test('loads older messages at the top, once, and shows them', () => {
    const typist = full(6).type(keys.pageUp);
    expect(lines(typist)).toEqual([81, 82, 83, 84, 85]);
    const ask = { do: 'ask', message: { type: 'history', room: 'dev', before: 81, limit: 100 } };
    expect(typist.effects.at(-1)).toEqual(ask);
    expect(typist.stateLine).toContain('loading');
    const asked = typist.effects.length;
    typist.type(keys.pageUp);
    expect(typist.effects).toHaveLength(asked);
    const entries = Array.from({ length: 3 }, (_, at) => ({
      time: noon,
      from: 'bob',
      number: 78 + at,
      body: `line ${78 + at}`,
    }));
    typist.told({ type: 'history', room: 'dev', first: 78, entries });
    expect(lines(typist)).toEqual([78, 79, 80, 81, 82]);
    typist.type(keys.pageUp, keys.pageUp);
    expect(typist.effects).toHaveLength(asked);
    typist.type('/history', keys.enter, keys.escape);
    expect(typist.messages.at(-1)).toBe('12:00 * there is nothing older');
  });

  test('older messages that cannot be had are not waited for', () => {
    const typist = full(6).type(keys.pageUp);
    typist.told({ type: 'error', code: 'gone', message: 'cannot be read', room: 'dev' });
    expect(typist.stateLine).not.toContain('loading');
    expect(typist.type(keys.pageUp).stateLine).toContain('loading');
    expect(typist.state({ at: 'waiting', ms: 1000, why: 'x' }).stateLine).not.toContain('loading');
  });

  test('a message that is longer than the screen goes by rows', () => {
    const typist = Typist.joined({ rows: 8 }).entry(Array.from({ length: 9 }, (_, at) => `row ${at}`).join('\n'));
    typist.type(keys.pageUp);
    expect(typist.messages).toEqual(['12:00 bob: row 0', ...[1, 2, 3, 4].map((at) => `      row ${at}`)]);
  });

  test('a resize keeps the message at the bottom', () => {
    const typist = full().type(keys.pageUp).resize(30, 12);
    expect(lines(typist).at(-1)).toBe(96);
    expect(typist.resize(60, 5).screen.slice(0, 3)).toEqual([
      '12:00 bob: line 94',
      '12:00 bob: line 95',
      '12:00 bob: line 96',
    ]);
  });
});
