import { describe, expect, onTestFinished, test } from 'vitest';
import type { Connection, Service } from '../../../../src/core/index.js';
import { ChatClient } from '../../../../src/features/chat/client/client.js';
import type { ChatOptions } from '../../../../src/features/chat/client/options.js';
import type { ClientMessage, ServerMessage } from '../../../../src/features/chat/protocol/messages.js';
import { framed, jsonLines } from '../../../../src/framing/index.js';
import { type Server, serve } from '../../../../src/net/index.js';
import { ManualClock } from '../../../../src/testing/index.js';
import { freePort } from '../../../support/free-port.js';

/** One connection of a client, as a server of the test sees it. */
class Seat {
  readonly heard: ClientMessage[] = [];
  over = false;

  constructor(
    readonly peer: Connection<object>,
    readonly bytes: Connection,
  ) {}

  say(...messages: object[]): void {
    for (const message of messages) this.peer.write(message);
  }

  last(type: string): ClientMessage | undefined {
    return this.heard.findLast((message) => message.type === type);
  }
}

const welcome = { type: 'welcome', version: 1, name: 'ann', secret: 'x'.repeat(16), maxMessage: 1000 };
const joined = { type: 'joined', room: 'lobby', epoch: 'e', first: 1, last: 0, after: 0, recovered: false, members: 1 };
const entry = (number: number) => ({ type: 'entry', room: 'lobby', number, time: 1, from: 'bob', body: `${number}` });

/** A server whose words the test says, and a client of it whose time the test lets pass. */
async function setUp(options: Partial<ChatOptions> = {}) {
  const clock = new ManualClock();
  const seats: Seat[] = [];
  const watchers = new Set<() => void>();
  const wake = () => {
    for (const look of [...watchers]) look();
  };
  const accept = (bytes: Connection) => (peer: Connection<object>) => {
    const seat = new Seat(peer, bytes);
    seats.push(seat);
    wake();
    return {
      data(message: object) {
        seat.heard.push(message as ClientMessage);
        wake();
      },
      close() {
        seat.over = true;
        wake();
      },
    };
  };
  const service: Service = (bytes) => framed(jsonLines(), accept(bytes))(bytes);
  const server: Server = await serve(service, '127.0.0.1:0');
  const events: string[] = [];
  /** Why it waits, each time. */
  const reasons: string[] = [];
  const note = (event: string) => {
    events.push(event);
    wake();
  };
  const stop = new AbortController();
  const client = new ChatClient(
    server.address,
    { name: 'ann', rooms: ['lobby'], clock, random: () => 1, signal: stop.signal, ...options },
    {
      state(state) {
        if (state.at === 'waiting') reasons.push(state.why);
        note(state.at === 'waiting' ? `waiting ${state.ms}` : state.at);
      },
      message: (message: ServerMessage, missed) =>
        note(
          `${message.type}${message.type === 'entry' ? ` ${message.number}` : ''}${missed ? ` missed ${missed.entries}` : ''}`,
        ),
      said: (_id, outcome) => note('number' in outcome ? `said ${outcome.number}` : `failed ${outcome.failed}`),
    },
  );
  const run = client.run();
  const result = run.then(
    () => 'done',
    (error) => `${error.code}: ${error.message}`,
  );
  onTestFinished(async () => {
    stop.abort();
    await result;
    await server.close();
  });
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
  const seat = async (at: number): Promise<Seat> => {
    await until(() => seats[at]?.last('hello') !== undefined);
    return seats[at] as Seat;
  };
  /** Lets the client in, up to its place in the lobby. */
  const admit = async (at: number, answer: object = joined): Promise<Seat> => {
    const taken = await seat(at);
    const before = events.filter((event) => event.startsWith('joined')).length;
    taken.say(welcome);
    await until(() => taken.last('join') !== undefined);
    taken.say(answer);
    await until(() => events.filter((event) => event.startsWith('joined')).length > before);
    return taken;
  };
  return { client, clock, events, reasons, until, seat, admit, server, result };
}

describe('a chat client', () => {
  test('says hello, joins, and is told what comes, each entry once', async () => {
    const { admit, events, until } = await setUp();
    const seat = await admit(0);
    expect(seat.heard).toEqual([
      { type: 'hello', version: 1, name: 'ann', secret: expect.any(String), session: expect.any(String), pong: true },
      { type: 'join', room: 'lobby' },
    ]);
    seat.say(entry(1), entry(1), entry(2), { type: 'of a later version' }, entry(2), { type: 'notice', message: '' });
    await until(() => events.includes('notice'));
    const told = ['entry 1', 'entry 2', 'of a later version', 'notice'];
    expect(events).toEqual(['connecting', 'connected', 'welcome', 'joined', ...told]);
  });

  test('passes over words for people before it is welcome', async () => {
    const { seat, events, until } = await setUp();
    const first = await seat(0);
    first.bytes.write(Buffer.from('* welcome: you are guest-1\n[bob] hi\n'));
    first.say(welcome);
    await until(() => events.includes('welcome'));
  });

  test('comes back to where it was, with its secret, and says again what was not acknowledged', async () => {
    const { admit, client, clock, events, until, seat } = await setUp();
    const first = await admit(0);
    first.say(entry(1), entry(2));
    await until(() => events.includes('entry 2'));
    const one = client.say('lobby', 'one');
    const two = client.say('lobby', 'two');
    await until(() => first.heard.length === 4);
    first.say({ type: 'ack', room: 'lobby', id: one, number: 3 });
    await until(() => events.includes('said 3'));
    first.peer.close('failed');
    await until(() => events.includes('waiting 250'));
    const three = client.say('lobby', 'three');
    clock.pass(250);
    const second = await seat(1);
    expect(second.last('hello')).toEqual(first.last('hello'));
    second.say(welcome);
    await until(() => second.last('join') !== undefined);
    expect(second.last('join')).toEqual({ type: 'join', room: 'lobby', epoch: 'e', after: 2 });
    expect(second.last('say')).toBeUndefined();
    second.say({ ...joined, last: 4, after: 2, recovered: true }, { ...entry(3), from: 'ann', body: 'one' });
    await until(() => second.heard.filter(({ type }) => type === 'say').length === 2);
    expect(second.heard.slice(2)).toEqual([
      { type: 'say', room: 'lobby', body: 'two', id: two },
      { type: 'say', room: 'lobby', body: 'three', id: three },
    ]);
    expect(client.unsent).toBe(2);
  });

  test('waits longer each time, up to a limit, and not when it was let in again', async () => {
    const { admit, clock, events, until, seat } = await setUp();
    await admit(0);
    (await seat(0)).peer.close('failed');
    const waits = [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000];
    for (const [at, ms] of waits.entries()) {
      await until(() => events.filter((event) => event.startsWith('waiting')).length === at + 1);
      expect(events.at(-1)).toBe(`waiting ${ms}`);
      clock.pass(ms);
      (await seat(at + 1)).peer.close('failed');
    }
    await until(() => events.filter((event) => event.startsWith('waiting')).length === waits.length + 1);
    clock.pass(10_000);
    const again = await seat(waits.length + 1);
    again.say(welcome);
    await until(() => again.last('join') !== undefined);
    clock.pass(2_000);
    again.peer.close('failed');
    await until(() => events.at(-1) === 'waiting 250');
  });

  test('waits longer each time also where it is let in and cut off again, whatever the server asks for', async () => {
    const { admit, clock, events, until } = await setUp();
    for (const [at, ms] of [100, 100, 1000, 2000, 4000].entries()) {
      const seat = await admit(at);
      seat.say({ type: 'bye', reason: 'shutdown', again: 'later', waitMs: 0 });
      seat.peer.close('ended');
      await until(() => events.filter((event) => event.startsWith('waiting')).length === at + 1);
      expect(events.findLast((event) => event.startsWith('waiting'))).toBe(`waiting ${ms}`);
      clock.pass(ms);
    }
  });

  test.each([
    [1234, 1234],
    [1e15, 10_000],
    [-1, 250],
    ['x', 250],
  ])('asked to wait for %s ms, waits for %s', async (waitMs, waited) => {
    const { admit, events, until } = await setUp();
    const seat = await admit(0);
    seat.say({ type: 'bye', reason: 'shutdown', again: 'later', waitMs });
    seat.peer.close('ended');
    await until(() => events.includes(`waiting ${waited}`));
  });

  test.each([
    ['the same log', { ...joined, first: 8, last: 9, after: 7 }, 'joined missed 6'],
    ['another log', { ...joined, epoch: 'f', last: 3, after: 1 }, 'joined missed undefined'],
  ])('says how much it missed that %s no longer tells', async (_what, answer, event) => {
    const { admit, clock, events, until } = await setUp();
    const first = await admit(0);
    first.say(entry(1));
    await until(() => events.includes('entry 1'));
    first.peer.close('failed');
    await until(() => events.includes('waiting 250'));
    clock.pass(250);
    await admit(1, answer);
    expect(events).toContain(event);
  });

  test('takes a hole in what it is told for a broken connection, and asks for what is missing', async () => {
    const { admit, clock, events, until, seat } = await setUp();
    const first = await admit(0);
    first.say(entry(1), entry(3));
    await until(() => events.includes('waiting 250'));
    expect(events).not.toContain('entry 3');
    clock.pass(250);
    (await seat(1)).say(welcome);
    const second = await seat(1);
    await until(() => second.last('join') !== undefined);
    expect(second.last('join')).toMatchObject({ after: 1 });
  });

  test('asks a silent server whether it is there, and leaves one that is not', async () => {
    const { admit, clock, events, until } = await setUp();
    const seat = await admit(0);
    clock.pass(20_000);
    await until(() => seat.last('ping') !== undefined);
    seat.say({ type: 'pong' }, { type: 'notice', message: 'the pong is read' });
    await until(() => events.includes('notice'));
    clock.pass(20_000);
    await until(() => seat.heard.filter(({ type }) => type === 'ping').length === 2);
    clock.pass(20_000);
    await until(() => events.includes('waiting 250'));
    await until(() => seat.over);
  });

  test('is told that what it said was refused, also because the room is', async () => {
    const { admit, client, events, until } = await setUp();
    const seat = await admit(0);
    const id = client.say('lobby', 'too much');
    await until(() => seat.last('say') !== undefined);
    seat.say({ type: 'error', code: 'rate', message: 'slower', id, room: 'lobby' });
    await until(() => events.includes('failed slower'));
    client.join('full');
    client.say('full', 'hello?');
    await until(() => (seat.last('join') as { room?: string }).room === 'full');
    seat.say({ type: 'error', code: 'limit', message: 'full is full', room: 'full' });
    await until(() => events.includes('failed full is full'));
    expect(client.unsent).toBe(0);
  });

  test('gives up where the server will not have it', async () => {
    const { seat, result } = await setUp();
    (await seat(0)).say({ type: 'error', code: 'name-taken', message: 'the name ann is taken' });
    expect(await result).toBe('refused: the name ann is taken');
  });

  const held = { type: 'error', code: 'name-taken', message: 'the name ann is held for 42 s', waitMs: 42_000 };

  test('waits once for a name that is held, where it is told to', async () => {
    const { seat, clock, events, reasons, until, result } = await setUp({ waitsForName: true });
    (await seat(0)).say(held);
    await until(() => events.includes('waiting 42100'));
    expect(reasons).toEqual(['the name ann is held for 42 s']);
    clock.pass(42_100);
    (await seat(1)).say(held);
    expect(await result).toBe('refused: the name ann is held for 42 s');
  });

  test('goes on under another name where its own was given away while it was cut off, and says what waits', async () => {
    const { admit, seat, client, clock, events, until } = await setUp();
    const first = await admit(0);
    first.peer.close('failed');
    await until(() => events.some((event) => event.startsWith('waiting')));
    client.say('lobby', 'important', 'id-1');
    clock.pass(10_000);
    for (const [at, name] of [
      [1, 'ann'],
      [2, 'ann_'],
    ] as const) {
      const refusing = await seat(at);
      expect(refusing.last('hello')).toMatchObject({ name });
      refusing.say({ type: 'error', code: 'name-taken', message: `the name ${name} is in use` });
      await until(() => refusing.over && events.at(-1) === 'waiting 100');
      clock.pass(100);
    }
    const last = await seat(3);
    last.say({ ...welcome, name: 'ann__' });
    await until(() => last.last('join') !== undefined);
    expect(events).toContain('error');
    last.say(joined);
    await until(() => last.last('say') !== undefined);
    expect(last.last('say')).toMatchObject({ body: 'important', id: 'id-1' });
    expect(client.name).toBe('ann__');
    expect(client.unsentTexts).toEqual(['important']);
  });

  test.each([
    [
      'refuses it',
      'error: too many connections, try again later\n',
      'refused: refused by the server: too many connections, try again later',
    ],
    [
      'speaks otherwise',
      'HTTP/1.1 400 Bad Request\r\n\r\n',
      /^reset: 127\.0\.0\.1:\d+ did not say welcome \(the server closed the connection\): is it a wireline serve chat\?$/,
    ],
    ['is silent', '', /^reset: .* did not say welcome/],
  ])('gives up where the first server %s and closes', async (_what, words, error) => {
    const { seat, result } = await setUp();
    const first = await seat(0);
    if (words) first.bytes.write(Buffer.from(words));
    first.peer.close('ended');
    expect(await result).toMatch(error);
  });

  test('gives up where the first server does not say welcome in time, whatever else it says', async () => {
    const { seat, clock, events, until, result } = await setUp({ connectTimeoutMs: 3000 });
    const first = await seat(0);
    clock.pass(2000);
    first.say({ type: 'hello', version: 1 });
    await until(() => events.includes('hello'));
    clock.pass(1000);
    expect(await result).toMatch(/^timeout: .* did not say welcome \(a time limit passed\): is it a wireline/);
  });

  test('waits for a server that it knows, also where that refuses it or is silent for a while', async () => {
    const { admit, seat, clock, events, reasons, until } = await setUp();
    (await admit(0)).peer.close('failed');
    await until(() => events.includes('waiting 250'));
    clock.pass(250);
    const second = await seat(1);
    second.bytes.write(Buffer.from('error: too many connections, try again later\n'));
    second.peer.close('ended');
    await until(() => events.includes('waiting 500'));
    expect(reasons.at(-1)).toBe('refused by the server: too many connections, try again later');
    clock.pass(500);
    await seat(2);
    clock.pass(10_000);
    await until(() => events.includes('waiting 1000'));
    clock.pass(1000);
    await admit(3);
  });

  test('gives up where another connection has taken its place', async () => {
    const { admit, result } = await setUp();
    const seat = await admit(0);
    seat.say({ type: 'bye', reason: 'replaced', again: 'no' });
    seat.peer.close('ended');
    expect(await result).toBe('refused: the server said bye: replaced');
  });

  test('says bye, and is done when the server has answered', async () => {
    const { admit, client, events, until, result } = await setUp();
    const seat = await admit(0);
    client.close();
    await until(() => seat.last('bye') !== undefined);
    seat.say({ type: 'bye', reason: 'ended', again: 'yes' });
    seat.peer.close('ended');
    expect(await result).toBe('done');
    expect(events.slice(-2)).toEqual(['bye', 'closed']);
  });

  test('is done at once where there is no connection', async () => {
    const { admit, client, events, until, result } = await setUp();
    (await admit(0)).peer.close('failed');
    await until(() => events.includes('waiting 250'));
    client.close();
    expect(await result).toBe('done');
  });
});

test('without a server at first it is an error', async () => {
  const address = { host: '127.0.0.1', port: await freePort() };
  const client = new ChatClient(address, { rooms: [], clock: new ManualClock() }, { message() {} });
  await expect(client.run()).rejects.toMatchObject({ code: 'unreachable' });
});
