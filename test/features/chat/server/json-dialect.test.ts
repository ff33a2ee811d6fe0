import { describe, expect, test } from 'vitest';
import { WirelineError } from '../../../../src/core/index.js';
import { memoryDirectory } from '../../../../src/features/chat/directory/memory.js';
import { memoryJournal } from '../../../../src/features/chat/journal/memory.js';
import type { Directory } from '../../../../src/features/chat/protocol/directory.js';
import type { Journal } from '../../../../src/features/chat/protocol/journal.js';
import { chatInMemory, type JsonEnd } from '../../../support/chat.js';

async function member(end: JsonEnd, name: string, join: object = {}, hello: object = {}): Promise<JsonEnd> {
  end.say({ type: 'hello', version: 1, name, secret: `secret of ${name} alone`, ...hello });
  await end.next('welcome');
  end.say({ type: 'join', room: 'lobby', ...join });
  await end.next('joined');
  return end;
}

describe('a hello', () => {
  test('is answered with the name, a secret and the limit', async () => {
    const end = chatInMemory().json();
    end.say({ type: 'hello', version: 1, name: 'Alice' });
    expect(await end.next('welcome')).toEqual({
      type: 'welcome',
      version: 1,
      name: 'Alice',
      secret: expect.stringMatching(/^[0-9a-f-]{36}$/),
      maxMessage: 256 * 1024,
    });
  });

  test('without a name makes a guest', async () => {
    const end = chatInMemory().json();
    end.say({ type: 'hello', version: 1 });
    expect((await end.next('welcome')).name).toBe('guest-1');
  });

  test.each([
    ['of another version', { type: 'hello', version: 2 }, 'version'],
    ['that is missing', { type: 'join', room: 'lobby' }, 'hello-first'],
    ['with a name that is none', { type: 'hello', version: 1, name: 'a b' }, 'bad-name'],
    ['with a name that is no text', { type: 'hello', version: 1, name: 7 }, 'bad-message'],
    ['with a short secret', { type: 'hello', version: 1, secret: 'x' }, 'bad-message'],
  ])('%s is refused, and may be said again', async (_what, message, code) => {
    const end = chatInMemory().json();
    end.say(message);
    expect((await end.next('error')).code).toBe(code);
    end.say({ type: 'hello', version: 1 });
    await end.next('welcome');
  });

  test('must come in time', async () => {
    const { json, clock } = chatInMemory();
    const end = json();
    end.send('{"type":"hel');
    clock.pass(10_000);
    expect((await end.closed).reason).toBe('reset');
  });
});

describe('what is said', () => {
  test('goes to all members, the sender too, in one order, and is acknowledged with its number', async () => {
    const chat = chatInMemory();
    const [alice, bob] = [await member(chat.json(), 'Alice'), await member(chat.json(), 'Bob')];
    alice.say({ type: 'say', room: 'lobby', body: 'one', id: 'a1' });
    // On a busy machine one of two connections may have its turn before the other.
    expect(await alice.next('ack')).toEqual({ type: 'ack', room: 'lobby', id: 'a1', number: 1 });
    bob.say({ type: 'say', room: '#Lobby', body: 'two', id: 'b1' });
    expect((await bob.next('ack')).number).toBe(2);
    const entries = (end: JsonEnd) => end.messages().filter(({ type }) => type === 'entry');
    expect(entries(alice)).toEqual([
      { type: 'entry', room: 'lobby', number: 1, time: expect.any(Number), from: 'Alice', body: 'one' },
      { type: 'entry', room: 'lobby', number: 2, time: expect.any(Number), from: 'Bob', body: 'two' },
    ]);
    expect(entries(bob)).toEqual(entries(alice));
  });

  test('twice with one id is stored once, also from another connection with the same secret', async () => {
    const chat = chatInMemory();
    const alice = await member(chat.json(), 'Alice');
    const say = { type: 'say', room: 'lobby', body: 'once', id: 'a1' };
    alice.say(say);
    alice.say(say);
    expect([(await alice.next('ack')).number, (await alice.next('ack')).number]).toEqual([1, 1]);
    alice.cut();
    const again = await member(chat.json(), 'Alice');
    again.say(say);
    expect((await again.next('ack')).number).toBe(1);
    const bob = await member(chat.json(), 'Bob');
    bob.say({ ...say, body: 'another' });
    expect((await bob.next('ack')).number).toBe(2);
    expect(chat.journal.bounds('lobby').last).toBe(2);
  });

  test('may be of any characters, and is what was said', async () => {
    const chat = chatInMemory();
    const [alice, bob] = [await member(chat.json(), 'Alice'), await member(chat.json(), 'Bob')];
    const body = 'a\nb\r"\\\u2028\0\x1b[31m 👩‍👩‍👧 \ud800';
    alice.say({ type: 'say', room: 'lobby', body });
    expect((await bob.next('entry')).body).toBe(body);
  });

  test('is refused where it is empty, too long, no text or in a room that was not joined', async () => {
    const alice = await member(chatInMemory({ maxMessage: 10 }).json(), 'Alice');
    const refused = async (message: object) => {
      alice.say({ type: 'say', room: 'lobby', id: 'x', ...message });
      const { code, id } = await alice.next('error');
      expect(id).toBe('x');
      return code;
    };
    expect(await refused({ body: '' })).toBe('bad-message');
    expect(await refused({ body: 'x'.repeat(11) })).toBe('too-long');
    expect(await refused({ body: 'ééééé€' })).toBe('too-long');
    expect(await refused({ body: ['a'] })).toBe('bad-message');
    expect(await refused({ body: 'a', room: 'other' })).toBe('not-in-room');
    alice.say({ type: 'say', room: 'lobby', body: 'ééééé', id: 'y' });
    await alice.next('ack');
  });

  test('and cannot be stored is refused with its id, and shown to nobody', async () => {
    const journal = memoryJournal();
    let full = true;
    const failing: Journal = {
      ...{
        epoch: journal.epoch,
        read: journal.read.bind(journal),
        bounds: journal.bounds.bind(journal),
        follow: journal.follow.bind(journal),
      },
      append: async (room, drafts) => {
        if (full) throw new WirelineError('failed', 'the disk is full');
        return journal.append(room, drafts);
      },
      close: () => journal.close(),
    };
    const chat = chatInMemory({ journal: failing });
    const alice = await member(chat.json(), 'Alice');
    alice.say({ type: 'say', room: 'lobby', body: 'lost', id: 'a1' });
    expect(await alice.next('error')).toMatchObject({ code: 'not-stored', id: 'a1', room: 'lobby' });
    full = false;
    alice.say({ type: 'say', room: 'lobby', body: 'kept', id: 'a2' });
    expect((await alice.next('ack')).number).toBe(1);
    expect(alice.text()).not.toContain('"body":"lost"');
  });
});

describe('a join', () => {
  async function withTen() {
    const chat = chatInMemory();
    const alice = await member(chat.json(), 'Alice');
    for (let i = 1; i <= 10; i++) alice.say({ type: 'say', room: 'lobby', body: `${i}`, id: `${i}` });
    for (let i = 1; i <= 10; i++) await alice.next('ack');
    return { ...chat, alice };
  }
  const numbers = (end: JsonEnd) => end.messages().flatMap(({ type, number }) => (type === 'entry' ? [number] : []));

  test('gives the last entries to who names no position', async () => {
    const { json } = await withTen();
    const bob = json();
    bob.say({ type: 'hello', version: 1 });
    bob.say({ type: 'join', room: 'lobby', replay: 3 });
    expect(await bob.next('joined')).toMatchObject({ first: 1, last: 10, after: 7, recovered: false, members: 2 });
    await bob.next('entry');
    bob.say({ type: 'ping' });
    await bob.next('pong');
    expect(numbers(bob)).toEqual([8, 9, 10]);
  });

  test('goes on exactly after the position of before, and says that it does', async () => {
    const { json, journal, alice } = await withTen();
    const bob = json();
    bob.say({ type: 'hello', version: 1 });
    bob.say({ type: 'join', room: 'lobby', epoch: journal.epoch, after: 4 });
    alice.say({ type: 'say', room: 'lobby', body: 'new', id: 'new' });
    expect(await bob.next('joined')).toMatchObject({ after: 4, recovered: true });
    await alice.next('ack');
    await bob.hears('"new"');
    expect(numbers(bob)).toEqual([5, 6, 7, 8, 9, 10, 11]);
  });

  test.each([
    ['of another life of the journal', { epoch: 'other', after: 4 }],
    ['that the journal has not reached', { after: 11 }],
  ])('with a position %s says that it is not recovered', async (_what, position) => {
    const { json, journal } = await withTen();
    const bob = json();
    bob.say({ type: 'hello', version: 1 });
    bob.say({ type: 'join', room: 'lobby', epoch: journal.epoch, replay: 2, ...position });
    expect(await bob.next('joined')).toMatchObject({ after: 8, recovered: false });
  });

  test('with a position that the journal has dropped says so, and begins with what there is', async () => {
    const journal = memoryJournal({ retention: { entries: 3 } });
    const chat = chatInMemory({ journal });
    const alice = await member(chat.json(), 'Alice');
    for (let i = 1; i <= 10; i++) alice.say({ type: 'say', room: 'lobby', body: `${i}`, id: `${i}` });
    for (let i = 1; i <= 10; i++) await alice.next('ack');
    const bob = await member(chat.json(), 'Bob', { epoch: journal.epoch, after: 2 });
    await bob.hears('"body":"10"');
    expect(bob.messages().find(({ type }) => type === 'joined')).toMatchObject({
      first: 8,
      after: 7,
      recovered: false,
    });
    expect(numbers(bob)).toEqual([8, 9, 10]);
  });

  test('catches up while others talk, without a gap or a repeat', async () => {
    const chat = chatInMemory({ maxBacklog: 1024 * 1024 * 1024, rateLimit: { rate: 0, burst: 1, maxDelayMs: 0 } });
    const alice = await member(chat.json(), 'Alice');
    for (let i = 1; i <= 500; i++) alice.say({ type: 'say', room: 'lobby', body: 'x'.repeat(5000), id: `${i}` });
    await alice.hears('"id":"500"');
    const bob = chat.json();
    bob.say({ type: 'hello', version: 1 });
    bob.say({ type: 'join', room: 'lobby', epoch: chat.journal.epoch, after: 0 });
    for (let i = 501; i <= 600; i++) {
      alice.say({ type: 'say', room: 'lobby', body: 'y', id: `${i}` });
      await alice.hears(`"id":"${i}"`);
    }
    await bob.hears('"number":600,');
    expect(numbers(bob)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
  });
});

describe('members', () => {
  test('are told of those that come, go and take another name, but not of themselves', async () => {
    const chat = chatInMemory();
    const alice = await member(chat.json(), 'Alice');
    const bob = await member(chat.json(), 'Bob');
    expect(await alice.next('join')).toEqual({ type: 'join', room: 'lobby', name: 'Bob' });
    bob.say({ type: 'nick', name: 'Robert' });
    expect(await alice.next('nick')).toEqual({ type: 'nick', from: 'Bob', name: 'Robert' });
    await bob.next('nick');
    bob.say({ type: 'bye' });
    expect(await alice.next('leave')).toEqual({ type: 'leave', room: 'lobby', name: 'Robert' });
    expect((await bob.next('bye')).reason).toBe('ended');
    expect((await bob.closed).reason).toBe('ended');
    expect(bob.messages().filter(({ type }) => type === 'join')).toEqual([]);
  });

  test('are listed, and rooms with how many they have', async () => {
    const chat = chatInMemory();
    const bob = await member(chat.json(), 'Bob');
    const alice = await member(chat.json(), 'Alice');
    alice.say({ type: 'join', room: 'Dev' });
    alice.say({ type: 'who', room: 'lobby' });
    expect((await alice.next('who')).names).toEqual(['Alice', 'Bob']);
    alice.say({ type: 'rooms' });
    const expected = [
      { room: 'lobby', members: 2 },
      { room: 'dev', members: 1 },
    ];
    expect((await alice.next('rooms')).rooms).toEqual(expected);
    bob.say({ type: 'who', room: 'dev' });
    expect((await bob.next('who')).names).toEqual(['Alice']);
    bob.say({ type: 'who', room: 'nowhere' });
    expect((await bob.next('who')).names).toEqual([]);
  });

  test('speak to one alone, and are told when nobody has that name', async () => {
    const chat = chatInMemory();
    const [alice, bob] = [await member(chat.json(), 'Alice'), await member(chat.json(), 'Bob')];
    alice.say({ type: 'msg', to: 'BOB', body: 'psst', id: 'm1' });
    expect(await bob.next('msg')).toMatchObject({ from: 'Alice', to: 'Bob', body: 'psst' });
    expect((await alice.next('msg')).id).toBe('m1');
    alice.say({ type: 'msg', to: 'Carol', body: 'psst', id: 'm2' });
    expect(await alice.next('error')).toMatchObject({ code: 'no-such-name', id: 'm2' });
    expect(chat.journal.bounds('lobby').last).toBe(0);
  });

  test('get older entries, in order, up to a limit', async () => {
    const chat = chatInMemory();
    const alice = await member(chat.json(), 'Alice');
    for (let i = 1; i <= 60; i++) alice.say({ type: 'say', room: 'lobby', body: `${i}`, id: `${i}` });
    for (let i = 1; i <= 60; i++) await alice.next('ack');
    const numbers = async (message: object) => {
      alice.say({ type: 'history', room: 'lobby', ...message });
      const { entries, first } = await alice.next('history');
      expect(first).toBe(1);
      return (entries as { number: number }[]).map(({ number }) => number);
    };
    expect(await numbers({ before: 11, limit: 3 })).toEqual([8, 9, 10]);
    expect(await numbers({ limit: 40 })).toEqual(Array.from({ length: 40 }, (_, i) => i + 21));
    expect(await numbers({ before: 3, limit: 10 })).toEqual([1, 2]);
    expect(await numbers({ before: 1 })).toEqual([]);
  });

  test('set a topic, which who comes later is told', async () => {
    const chat = chatInMemory();
    const alice = await member(chat.json(), 'Alice');
    alice.say({ type: 'topic', room: 'lobby', topic: 'sockets' });
    expect(await alice.next('topic')).toMatchObject({ name: 'Alice', topic: 'sockets' });
    const bob = chat.json();
    bob.say({ type: 'hello', version: 1 });
    bob.say({ type: 'join', room: 'lobby' });
    expect((await bob.next('joined')).topic).toBe('sockets');
    alice.say({ type: 'topic', room: 'lobby', topic: 'x'.repeat(201) });
    expect((await alice.next('error')).code).toBe('too-long');
  });
});

describe('a name', () => {
  test('is held for its owner, and for nobody else', async () => {
    const chat = chatInMemory({ holdMs: 1000 });
    (await member(chat.json(), 'Alice')).cut();
    const other = chat.json();
    await new Promise(setImmediate);
    other.say({ type: 'hello', version: 1, name: 'alice' });
    expect(await other.next('error')).toEqual({
      type: 'error',
      code: 'name-taken',
      message: 'the name Alice is held for 1 s, for the return of its owner',
      waitMs: 1000,
    });
    await member(chat.json(), 'Alice');
  });

  test('is free at once after a bye, and in time after a cut', async () => {
    const chat = chatInMemory({ holdMs: 1000 });
    const alice = await member(chat.json(), 'Alice');
    alice.say({ type: 'bye' });
    await alice.closed;
    const other = chat.json();
    other.say({ type: 'hello', version: 1, name: 'Alice' });
    await other.next('welcome');
    other.cut();
    await new Promise(setImmediate);
    chat.clock.pass(1000);
    const third = chat.json();
    third.say({ type: 'hello', version: 1, name: 'Alice' });
    await third.next('welcome');
  });

  test('in use is refused to others in these words', async () => {
    const chat = chatInMemory();
    await member(chat.json(), 'Alice');
    const other = chat.json();
    other.say({ type: 'hello', version: 1, name: 'alice' });
    expect(await other.next('error')).toEqual({
      type: 'error',
      code: 'name-taken',
      message: 'the name Alice is in use',
    });
  });

  test('stays with a connection that answers when its owner comes a second time', async () => {
    const chat = chatInMemory();
    const alice = await member(chat.json(), 'Alice', {}, { session: 'first' });
    const second = chat.json();
    second.say({ type: 'hello', version: 1, name: 'Alice', secret: 'secret of Alice alone', session: 'second' });
    await alice.next('ping');
    chat.clock.pass(4_999);
    alice.say({ type: 'pong' });
    expect(await second.next('error')).toMatchObject({ code: 'name-taken', message: 'the name Alice is in use' });
    alice.say({ type: 'ping' });
    await alice.next('pong');
  });

  test('moves to another session of its owner when the connection has not answered for 5 s', async () => {
    const chat = chatInMemory();
    const old = await member(chat.json(), 'Alice', {}, { session: 'first' });
    const second = chat.json();
    second.say({ type: 'hello', version: 1, name: 'Alice', secret: 'secret of Alice alone', session: 'second' });
    await old.next('ping');
    chat.clock.pass(5_000);
    expect((await second.next('welcome')).name).toBe('Alice');
    expect(await old.next('bye')).toMatchObject({ reason: 'replaced' });
  });

  test('moves to the new connection of its session at once, and the old one is told', async () => {
    const chat = chatInMemory();
    const old = await member(chat.json(), 'Alice', {}, { session: 'first' });
    await member(chat.json(), 'Alice', {}, { session: 'first' });
    expect(await old.next('bye')).toMatchObject({ reason: 'replaced', again: 'no' });
    await old.closed;
    const bob = await member(chat.json(), 'Bob');
    bob.say({ type: 'who', room: 'lobby' });
    expect((await bob.next('who')).names).toEqual(['Alice', 'Bob']);
  });
});

describe('a peer', () => {
  test('may send types and fields of a later version', async () => {
    const alice = await member(chatInMemory().json(), 'Alice', { colour: 'red' });
    alice.say({ type: 'dance', room: 'lobby' });
    alice.say({ type: '__proto__' });
    alice.say({});
    alice.send('\r\n \n'.replace(' ', ''));
    alice.say({ type: 'ping', id: 'p' });
    expect((await alice.next('pong')).id).toBe('p');
    expect(alice.messages().filter(({ type }) => type === 'error')).toEqual([]);
  });

  test.each([
    ['no JSON', '{"type":\n'],
    ['JSON that is no object', '[1,2]\n'],
    ['deep JSON', `{"a":${'['.repeat(100_000)}\n`],
  ])('that sends %s is told so, and its connection ends', async (_what, line) => {
    const alice = await member(chatInMemory().json(), 'Alice');
    alice.send(line);
    expect((await alice.next('error')).code).toBe('bad-message');
    expect((await alice.closed).reason).toBe('ended');
  });

  test('that sends a line without end is told so, and its connection ends', async () => {
    const alice = await member(chatInMemory({ maxMessage: 1000 }).json(), 'Alice');
    for (let i = 0; i < 20; i++) alice.send('{'.repeat(1000));
    expect((await alice.next('error')).code).toBe('too-long');
    expect((await alice.closed).reason).toBe('ended');
  });

  test('that is too fast is delayed, with a word, and nothing of it is lost', async () => {
    const chat = chatInMemory({ rateLimit: { rate: 10, burst: 5, maxDelayMs: 60_000 } });
    const alice = await member(chat.json(), 'Alice');
    for (let i = 1; i <= 10; i++) alice.say({ type: 'say', room: 'lobby', body: `${i}`, id: `${i}` });
    expect((await alice.next('notice')).message).toContain('delayed');
    expect(chat.journal.bounds('lobby').last).toBeLessThan(10);
    for (let i = 0; i < 10; i++) {
      chat.clock.pass(1000);
      await new Promise(setImmediate);
    }
    await alice.hears('"id":"10"');
    const bodies = alice.messages().flatMap(({ type, body }) => (type === 'entry' ? [body] : []));
    expect(bodies).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  });

  test('that does not read is closed as slow, and comes back to where it was', async () => {
    const chat = chatInMemory({ maxBacklog: 200_000, rateLimit: { rate: 0, burst: 1, maxDelayMs: 0 } });
    const [alice, bob] = [await member(chat.json(), 'Alice'), await member(chat.json(), 'Bob')];
    bob.pause();
    for (let i = 1; i <= 100; i++) {
      alice.say({ type: 'say', room: 'lobby', body: 'x'.repeat(5000), id: `${i}` });
      await alice.next('ack');
    }
    expect((await bob.closed).reason).toBe('reset');
    const again = await member(chat.json(), 'Bob', { epoch: chat.journal.epoch, after: 0 });
    await again.hears('"number":100,');
    const numbers = again.messages().flatMap(({ type, number }) => (type === 'entry' ? [number] : []));
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  test('that reads is not slow because a message is long, nor many that it missed', async () => {
    const chat = chatInMemory({ maxBacklog: 100_000 });
    const alice = await member(chat.json(), 'Alice');
    const bob = await chat.plain();
    await bob.hears('you are in lobby');
    for (let i = 1; i <= 40; i++) {
      alice.say({ type: 'say', room: 'lobby', body: i < 40 ? 'x'.repeat(20_000) : '\n'.repeat(100_000), id: `${i}` });
    }
    await bob.hears(`[Alice] \n${'| \n'.repeat(100_000)}`);
    const carol = await member(chat.json(), 'Carol');
    await carol.hears('"number":40,');
    carol.say({ type: 'history', room: 'lobby' });
    expect((await carol.next('history')).entries).toHaveLength(40);
  });

  test('that asks and does not read what it is answered is closed as slow', async () => {
    const chat = chatInMemory({ maxBacklog: 100_000, rateLimit: { rate: 0, burst: 1, maxDelayMs: 0 } });
    const alice = await member(chat.json(), 'Alice');
    const stranger = chat.json();
    for (const [end, question] of [
      [alice, '{"type":"ping","id":"12345678901234567890"}\n'],
      [stranger, '{"type":"who"}\n'],
    ] as const) {
      end.pause();
      for (let i = 0; i < 10; i++) end.send(question.repeat(1000));
      expect((await end.closed).reason).toBe('reset');
    }
  });

  test('that asks for much history and reads none of it is closed, and no more is read for it', async () => {
    const journal = memoryJournal();
    const chat = chatInMemory({ journal, maxBacklog: 100_000, rateLimit: { rate: 0, burst: 1, maxDelayMs: 0 } });
    const alice = await member(chat.json(), 'Alice');
    for (let i = 0; i < 16; i++) alice.say({ type: 'say', room: 'lobby', body: 'x'.repeat(10_000), id: `${i}` });
    await alice.hears('"id":"15"');
    const read = journal.read.bind(journal);
    let pages = 0;
    journal.read = (...range) => {
      pages++;
      return read(...range);
    };
    alice.pause();
    alice.send('{"type":"history","room":"lobby","limit":16}\n'.repeat(3000));
    expect((await alice.closed).reason).toBe('reset');
    expect(pages).toBeLessThan(10);
  });

  test('is given as much history as is fit for one message', async () => {
    const chat = chatInMemory({ maxBacklog: 100_000, rateLimit: { rate: 0, burst: 1, maxDelayMs: 0 } });
    const alice = await member(chat.json(), 'Alice');
    for (let i = 1; i <= 20; i++) {
      alice.say({ type: 'say', room: 'lobby', body: 'x'.repeat(250_000), id: `${i}` });
      await alice.next('ack');
    }
    alice.say({ type: 'history', room: 'lobby', before: 19 });
    const { entries } = (await alice.next('history')) as { entries: { number: number }[] };
    expect(entries.map(({ number }) => number)).toEqual([14, 15, 16, 17, 18]);
  });

  test('is in so many rooms, and not more', async () => {
    const chat = chatInMemory({ maxRoomsEach: 3, maxRooms: 4 });
    const alice = await member(chat.json(), 'Alice');
    const bob = await member(chat.json(), 'Bob');
    for (const room of ['a', 'b']) {
      alice.say({ type: 'join', room });
      await alice.next('joined');
    }
    alice.say({ type: 'join', room: 'c' });
    expect((await alice.next('error')).code).toBe('limit');
    bob.say({ type: 'join', room: 'c' });
    await bob.next('joined');
    bob.say({ type: 'join', room: 'd' });
    expect((await bob.next('error')).message).toContain('too many rooms');
    alice.say({ type: 'leave', room: 'a' });
    alice.say({ type: 'join', room: 'd' });
    await alice.next('joined');
  });
});

test('a server that stops says bye, and when to come again, and acknowledges what was said', async () => {
  const chat = chatInMemory();
  const alice = await member(chat.json(), 'Alice');
  alice.say({ type: 'say', room: 'lobby', body: 'last', id: '1' });
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  const gone = chat.chat.shutdown();
  expect(await alice.next('bye')).toMatchObject({ reason: 'shutdown', again: 'later', waitMs: expect.any(Number) });
  await gone;
  expect((await alice.closed).reason).toBe('ended');
  expect(chat.journal.bounds('lobby').last).toBe(1);
});

describe('a silent member', () => {
  test('is asked whether it is there, and stays where it answers', async () => {
    const chat = chatInMemory();
    const alice = await member(chat.json(), 'Alice');
    for (let round = 0; round < 3; round++) {
      chat.clock.pass(30_000);
      await alice.next('ping');
      alice.say({ type: 'pong' });
      alice.say({ type: 'ping', id: `${round}` });
      await alice.next('pong');
    }
  });

  test.each([
    ['has said so', { pong: true }, []],
    ['has answered before', {}, [{ type: 'pong' }]],
  ])('is cut off where it answers pings, as it %s: it has vanished', async (_how, hello, said) => {
    const chat = chatInMemory();
    const alice = await member(chat.json(), 'Alice', {}, hello);
    for (const message of [...said, { type: 'ping' }]) alice.say(message);
    await alice.next('pong');
    chat.clock.pass(30_000);
    await alice.next('ping');
    chat.clock.pass(30_000);
    expect((await alice.closed).reason).toBe('reset');
  });

  test('has not vanished while a long message of it is on its way, or its messages are delayed', async () => {
    const chat = chatInMemory({ rateLimit: { rate: 1, burst: 10, maxDelayMs: 1_000_000 } });
    const alice = await member(chat.json(), 'Alice', {}, { pong: true });
    alice.send('{"type":"say","room":"lobby","body":"');
    for (let part = 0; part < 10; part++) {
      await new Promise(setImmediate);
      chat.clock.pass(25_000);
      alice.send('x'.repeat(10_000));
    }
    alice.send('","id":"1"}\n');
    await alice.next('ack');
    for (let at = 0; at < 90; at++) alice.say({ type: 'ping', id: `${at}` });
    for (let second = 0; second < 120; second++) {
      chat.clock.pass(1_000);
      await new Promise(setImmediate);
    }
    await alice.hears('"id":"89"');
  });

  test('stays where it never said that it answers, also where it asks', async () => {
    const chat = chatInMemory();
    const alice = await member(chat.json(), 'Alice');
    alice.say({ type: 'ping' });
    await alice.next('pong');
    for (let minute = 0; minute < 10; minute++) chat.clock.pass(60_000);
    alice.say({ type: 'ping' });
    await alice.next('pong');
    expect(alice.messages().filter(({ type }) => type === 'ping').length).toBe(1);
  });
});

test('of two logins of one owner that a slow directory answers out of order, the later has the name and the other is replaced', async () => {
  const memory = memoryDirectory();
  const answers: (() => void)[] = [];
  const slow: Directory = {
    ...{ claimGuest: (owner, member) => memory.claimGuest(owner, member), find: (name) => memory.find(name) },
    ...{ release: (...given) => memory.release(...given), topic: (room) => memory.topic(room) },
    setTopic: (room, topic) => memory.setTopic(room, topic),
    async claim(name, owner, member) {
      const before = await memory.claim(name, owner, member);
      await new Promise<void>((resolve) => answers.push(resolve));
      return before;
    },
  };
  const chat = chatInMemory({ directory: slow });
  const hello = { type: 'hello', version: 1, name: 'ann', secret: 'x'.repeat(16), session: 's' } as const;
  const [first, second] = [chat.json(), chat.json()];
  first.say(hello);
  await expect.poll(() => answers.length).toBe(1);
  second.say(hello);
  await expect.poll(() => answers.length).toBe(2);
  for (const answer of answers.reverse()) answer();
  expect(await second.next('welcome')).toMatchObject({ name: 'ann' });
  expect(await first.next('bye')).toMatchObject({ reason: 'replaced' });
  expect(await memory.find('ann')).toMatchObject({ name: 'ann' });
});
