import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/index.js';
import { announce } from '../../src/features/order/client/announce.js';
import { order } from '../../src/features/order/server/order.js';
import { serve } from '../../src/net/index.js';
import { Cli, digest, run, server, until } from '../support/cli.js';

/** A client that is none of ours, and what it has heard. */
function plain(port: string): { socket: net.Socket; heard: () => string; closed: Promise<unknown> } {
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return { socket, heard: () => heard, closed: Promise.race([once(socket, 'end'), once(socket, 'close')]) };
}

describe('order', () => {
  test('server and clients print exactly what text 3 shows, in order of receipt', async () => {
    const serving = await server('order');
    const second = plain(serving.port);
    await serving.says(/connected/);
    const alice = new Cli(['announce', 'localhost', serving.port, '--as', 'X', '--name', 'Alice']);
    await alice.prints(/Client X: Alice\n/);
    await until(() => serving.stderr.split('connected').length === 3, 'both are connected');
    second.socket.write('Client Y: ');
    second.socket.write('Bob\n');
    const { stdout, status } = await serving.done;
    // Whose message is received first is for the network to say.
    const line = second.heard();
    const order = { X: 'Client X: Alice\nClient Y: Bob\n', Y: 'Client Y: Bob\nClient X: Alice\n' }[
      line[0] as 'X' | 'Y'
    ];
    expect(['X: Alice received before Y: Bob\n', 'Y: Bob received before X: Alice\n']).toContain(line);
    expect(stdout.toString()).toBe(`${order}${line}Sent acknowledgment to both X and Y\n`);
    expect(status).toBe(0);
    expect((await alice.done).stdout.toString()).toBe(`Client X: Alice\n${line}`);
  });

  test('hundreds of rounds at once: all of a round hear the same line', { timeout: 60_000 }, async () => {
    const printed: string[] = [];
    const output = {
      write: (bytes: Uint8Array) => printed.push(Buffer.from(bytes).toString()) > 0,
      whenDrained: (then: () => void) => then(),
    };
    // The messages end by a pause; this one is shorter than the usual 250 ms.
    const service = order({ output, clock: systemClock, text: { pauseMs: 10 } });
    const serving = await serve(service, '127.0.0.1:0');
    for (let round = 0; round < 200; round++) {
      const heard = ['', ''];
      const say = (at: number, label: string, name: string) =>
        announce(
          {
            write(bytes) {
              heard[at] += Buffer.from(bytes).toString();
              return true;
            },
            whenDrained: (then) => then(),
          },
          serving.address,
          // Without a newline a message is over after a pause: now and then is enough.
          { label, name, ...(round % 20 === 0 ? {} : { lineEnd: '\n' as const }) },
        );
      await Promise.all(
        round % 2 ? [say(0, 'X', 'Ann'), say(1, 'Y', 'Bob')] : [say(1, 'Y', 'Bob'), say(0, 'X', 'Ann')],
      );
      const [first, second] = heard.map((lines) => lines.split('\n')[1]);
      expect(first).toBe(second);
      expect(['X: Ann received before Y: Bob', 'Y: Bob received before X: Ann']).toContain(first);
    }
    expect(printed.filter((line) => line === 'Sent acknowledgment to both X and Y\n')).toHaveLength(200);
    await serving.close();
  });

  test('labels by order of connection, any names, N parties, and the next round, until --rounds are over', async () => {
    const serving = await server('order', '--expect', '3', '--rounds', '2');
    for (const round of [1, 2]) {
      const clients = [];
      for (let at = 0; at < 3; at++) {
        clients.push(plain(serving.port));
        await until(() => serving.stderr.split('connected').length === (round - 1) * 3 + at + 2, 'it is connected');
      }
      const [first, second, third] = clients as [
        ReturnType<typeof plain>,
        ReturnType<typeof plain>,
        ReturnType<typeof plain>,
      ];
      third.socket.write('Žofie 🦊\n');
      await until(() => third.socket.bytesWritten > 0, 'the third has spoken');
      first.socket.write('Client Y: Ann');
      await Promise.all(clients.map(async (client) => (client === second ? second.socket.write('Bob\n') : undefined)));
      await Promise.all(clients.map(({ closed }) => closed));
      expect(new Set(clients.map(({ heard }) => heard())).size).toBe(1);
      for (const words of ['Z: Žofie 🦊', 'Y: Ann', 'X: Bob']) expect(first.heard()).toContain(words);
      expect(first.heard()).toMatch(/^.+ received before .+ received before .+\n$/);
    }
    expect((await serving.done).status).toBe(0);
    expect(serving.stdout.toString().match(/Sent acknowledgment to X, Y and Z\n/g)).toHaveLength(2);
  });

  test('a late third, a taken label, and one that leaves', async () => {
    const serving = await server('order');
    const stays = plain(serving.port);
    stays.socket.write('Client X: Stays\n');
    await serving.says(/connected/);
    const double = plain(serving.port);
    double.socket.write('Client X: Double\n');
    await double.closed;
    expect(double.heard()).toBe('error: the label X is taken\n');
    double.socket.destroy();
    await until(() => stays.heard().includes('has left'), 'the place is free');
    const leaves = plain(serving.port);
    await until(() => serving.stderr.split('connected').length === 4, 'it is connected');
    const late = plain(serving.port);
    await late.closed;
    expect(late.heard()).toBe('error: all places of this round are taken\n');
    leaves.socket.resetAndDestroy();
    await until(() => stays.heard().split('has left').length === 3, 'the others are told');
    const { status } = await run(['announce', 'localhost', serving.port, '--name', 'Yours']);
    expect(status).toBe(0);
    expect(stays.heard()).toMatch(/X: Stays received before Y: Yours\n$/);
    expect((await serving.done).status).toBe(0);
  });
});

test.each([['order'], ['relay'], ['transform', '--with', 'upper']])(
  '%s greets each client with --greet',
  async (...args) => {
    const serving = await server(...args, '-q', '--greet', 'Welcome 🦊');
    const client = plain(serving.port);
    await until(() => client.heard() === 'Welcome 🦊\n', 'it is greeted');
  },
);

describe('relay', () => {
  test('passes lines to the other only, from before it came, and Bye exactly ends both', async () => {
    const serving = await server('relay');
    const first = plain(serving.port);
    first.socket.write('kept 1\nkept 2\n');
    await serving.says(/connected/);
    const second = plain(serving.port);
    await until(() => second.heard() === 'kept 1\nkept 2\n', 'what was kept arrives');
    second.socket.write('goodbye\n Bye \nbye\n');
    await until(() => first.heard() === 'goodbye\n Bye \nbye\n', 'it is passed on');
    first.socket.write('three\nmore\nlines\nBye\r\nnot this\n');
    await Promise.all([first.closed, second.closed]);
    expect(second.heard()).toBe('kept 1\nkept 2\nthree\nmore\nlines\nBye\n');
    expect(first.heard()).toBe('goodbye\n Bye \nbye\n');
  });

  test('many pairs in order of arrival, and connect at both ends', async () => {
    const serving = await server('relay', '-q');
    for (let pair = 0; pair < 5; pair++) {
      const first = new Cli(['connect', 'localhost', serving.port]);
      first.child.stdin?.write(`hello ${pair}\n`);
      const second = new Cli(['connect', 'localhost', serving.port]);
      await second.prints(new RegExp(`hello ${pair}\n`));
      second.child.stdin?.write('Bye\n');
      expect(await first.done).toMatchObject({ status: 0, stdout: Buffer.from('Bye\n') });
      expect((await second.done).status).toBe(0);
    }
  });

  test('a partner that is killed is announced once, soon, and the server rests', async () => {
    const serving = await server('relay');
    const killed = new Cli(['connect', 'localhost', serving.port]);
    const left = plain(serving.port);
    killed.child.stdin?.write('here\n');
    await until(() => left.heard() === 'here\n', 'they are a pair');
    const began = performance.now();
    await killed.stop('SIGKILL');
    await left.closed;
    expect(performance.now() - began).toBeLessThan(2000);
    expect(left.heard()).toBe('here\n* the other has left\n');
    if (process.platform !== 'linux') return;
    const ticks = () => readFileSync(`/proc/${serving.child.pid}/stat`, 'utf8').split(' ').slice(13, 15).map(Number);
    const before = ticks();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const used = ticks().map((tick, at) => tick - (before[at] ?? 0));
    expect((used[0] ?? 0) + (used[1] ?? 0)).toBeLessThan(10);
  });

  test('--size makes it more', async () => {
    const serving = await server('relay', '--size', '3', '-q');
    const clients = [plain(serving.port), plain(serving.port), plain(serving.port)] as const;
    clients[0].socket.write('to both\n');
    await until(() => clients[1].heard() === 'to both\n' && clients[2].heard() === 'to both\n', 'both hear it');
    expect(clients[0].heard()).toBe('');
  });
});

describe('talk', () => {
  async function both(...options: string[]): Promise<[Cli, Cli]> {
    const listening = new Cli(['talk', '--listen', '0', ...options]);
    const [, port = ''] = await listening.says(/listening on \S*:(\d+)/);
    return [listening, new Cli(['talk', 'localhost', port, ...options])];
  }

  test.each([1000, 100_000])('piped both ways, %i lines, nothing is lost', { timeout: 10_000 }, async (length) => {
    const lines = (who: string) => Array.from({ length }, (_, at) => `${who} ${at} ñ🦊\n`).join('');
    const [first, second] = await both();
    first.child.stdin?.end(lines('first'));
    second.child.stdin?.end(lines('second'));
    for (const [end, other] of [
      [first, 'second'],
      [second, 'first'],
    ] as const) {
      const { status, stdout } = await end.done;
      expect(status).toBe(0);
      expect(digest(stdout)).toBe(digest(Buffer.from(lines(other))));
    }
  });

  test('in turns, the one that connects first, type-ahead in order', async () => {
    const [first, second] = await both('--turns');
    first.child.stdin?.write('b1\nb2\nb3\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(second.stdout.length).toBe(0);
    second.child.stdin?.write('a1\n');
    await second.prints(/^b1\n$/);
    await first.prints(/^a1\n$/);
    second.child.stdin?.end('a2\na/q\n/quit\n/q\nnever\n');
    expect((await second.done).stdout.toString()).toBe('b1\nb2\nb3\n');
    expect((await first.done).stdout.toString()).toBe('a1\na2\na/q\n/quit\n');
  });

  test.each([
    ['quits', (cli: Cli) => void cli.child.stdin?.write('/q\n')],
    ['ends its input', (cli: Cli) => void cli.child.stdin?.end()],
    ['is killed', (cli: Cli) => void cli.child.kill('SIGKILL')],
  ])('one that %s ends the other, in either turn', async (_how, leave) => {
    for (const turns of [[], ['--turns']]) {
      for (const leaver of [0, 1]) {
        const pair = await both(...turns);
        await until(() => pair[1].child.exitCode === null, 'both run');
        pair[1].child.stdin?.write('hello\n');
        await pair[0].prints(/hello\n/);
        const began = performance.now();
        leave(pair[leaver] as Cli);
        const { status } = await (pair[1 - leaver] as Cli).done;
        expect(status).toBe(0);
        expect(performance.now() - began).toBeLessThan(2000);
      }
    }
  });

  describe('with a plain peer that does not hang up', () => {
    test.each([
      ['which quits', [], '/q\n', ''],
      ['which quits in turns', ['--turns'], 'hi\n/q\n', ''],
      ['and one’s own quitting', [], '', '/q\n'],
      ['and one’s own quitting in turns', ['--turns'], 'hi\n', 'yes\n/q\n'],
      ['and talks on, and one’s own quitting', [], 'spam\n', '/q\n'],
    ])('%s, it is over within a second', async (_who, options, theirs, ours) => {
      const listening = new Cli(['talk', '--listen', '0', ...options]);
      const [, port = ''] = await listening.says(/listening on \S*:(\d+)/);
      const { socket } = plain(port);
      await once(socket, 'connect');
      if (theirs === 'spam\n') {
        const spam = () => socket.writable && socket.write(theirs, spam);
        spam();
        await listening.prints(/spam/);
      }
      const began = performance.now();
      socket.write(theirs);
      listening.child.stdin?.write(ours);
      expect((await listening.done).status).toBe(0);
      expect(performance.now() - began).toBeLessThan(1000);
    });
  });

  test('a plain peer that sends no newline, and a third that finds nobody', async () => {
    const listening = new Cli(['talk', '--listen', '0']);
    const [, port = ''] = await listening.says(/listening on \S*:(\d+)/);
    const peer = plain(port);
    peer.socket.write('hi');
    await listening.prints(/^hi\n$/);
    expect((await run(['talk', 'localhost', port])).status).toBe(3);
    listening.child.stdin?.write('hello\n');
    await until(() => peer.heard() === 'hello', 'it is heard, as it ends its own');
    peer.socket.end();
    expect((await listening.done).status).toBe(0);
  });
});
