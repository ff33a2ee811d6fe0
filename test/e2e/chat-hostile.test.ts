import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { server, serverOn, until } from '../support/cli.js';
import { freePort } from '../support/free-port.js';
import { Heard } from '../support/swarm.js';

/** A plain socket to the chat. */
async function connected(port: string): Promise<net.Socket> {
  const socket = net.connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Writes without end until the other side has had enough of it, or `size` bytes are written. */
async function flood(socket: net.Socket, chunk: Buffer, size: number): Promise<void> {
  for (let sent = 0; sent < size && !socket.destroyed; sent += chunk.length) {
    if (socket.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const go = () => {
        socket.off('drain', go).off('close', go);
        resolve();
      };
      socket.on('drain', go).on('close', go);
    });
  }
}

function residentBytes(pid: number | undefined): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Two members, and how long it takes until what one says is heard by the other. */
async function pairOf(port: string) {
  const ann = new Heard(Number(port), 'ann', 0);
  const bob = new Heard(Number(port), 'bob', 0);
  await until(() => ann.joins > 0 && bob.joins > 0, 'both have joined');
  const latency = async () => {
    const heard = bob.entries.length;
    const from = performance.now();
    ann.say();
    await until(() => bob.entries.length > heard, 'it is heard');
    return performance.now() - from;
  };
  return { ann, bob, latency };
}

describe('a chat goes on beside', () => {
  const hostile: [string, (port: string) => Promise<unknown>][] = [
    [
      'random bytes',
      async (port) => {
        for (let i = 0; i < 50; i++) (await connected(port)).write(randomBytes(10_000));
      },
    ],
    [
      'random bytes after a brace',
      async (port) => {
        for (let i = 0; i < 50; i++)
          (await connected(port)).write(Buffer.concat([Buffer.from('{'), randomBytes(9_999)]));
      },
    ],
    [
      'half hellos',
      async (port) => {
        for (let i = 0; i < 100; i++) (await connected(port)).write('{"type":"hello","ver');
      },
    ],
    ['a line of 100 MB', async (port) => flood(await connected(port), Buffer.alloc(65_536, 'x'), 100e6)],
    ['a JSON line of 100 MB', async (port) => flood(await connected(port), Buffer.alloc(65_536, '{'), 100e6)],
    [
      'deep JSON',
      async (port) => {
        const socket = await connected(port);
        socket.write(`{"type":"hello","version":1,"name":${'['.repeat(1_000_000)}\n`);
        await once(socket.resume(), 'close');
      },
    ],
    [
      'one that asks for 10,000 rooms',
      async (port) => {
        const socket = await connected(port);
        let said = '';
        socket.on('data', (chunk) => {
          said += chunk;
        });
        const joins = Array.from({ length: 10_000 }, (_, at) => `{"type":"join","room":"r${at}"}\n`).join('');
        socket.write(`{"type":"hello","version":1}\n${joins}{"type":"ping"}\n`);
        await until(() => said.includes('pong'), 'all was answered');
        expect(said.split('"type":"joined"').length - 1).toBe(50);
        expect(said.split('"code":"limit"').length - 1).toBe(9_950);
      },
    ],
    [
      'one that asks and asks, and reads nothing',
      async (port) => {
        const socket = await connected(port);
        socket.write('{"type":"hello","version":1}\n{"type":"join","room":"lobby"}\n');
        await flood(socket, Buffer.from('{"type":"who","room":"lobby"}\n'.repeat(1000)), 100e6);
        expect(socket.destroyed).toBe(true);
      },
    ],
  ];
  test.each(hostile)('%s', async (_what, attack) => {
    const { port, child } = await server('chat', '-q', '--rate', '0');
    const { ann, bob, latency } = await pairOf(port);
    await latency();
    await attack(port);
    await latency();
    expect({ ann: ann.joins, bob: bob.joins, missed: bob.missed }).toEqual({ ann: 1, bob: 1, missed: [] });
    expect(residentBytes(child.pid)).toBeLessThan(300e6);
  });
});

test('a member that never reads slows nobody, is closed as slow, and its memory is let go', async () => {
  const chat = await server('chat', '--rate', '0', '--max-backlog', '1MiB');
  const { port, child } = chat;
  const { ann, bob } = await pairOf(port);
  const median = async () => {
    const times: number[] = [];
    for (let i = 0; i < 200; i++) {
      const heard = bob.entries.length;
      const from = performance.now();
      ann.say();
      // Not by looking again and again: the wait would be what is measured.
      while (bob.entries.length === heard) await new Promise(setImmediate);
      times.push(performance.now() - from);
    }
    return times.sort((a, b) => a - b)[100] as number;
  };
  const twenty = async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connected(port)));
    for (const socket of sockets) socket.write('{"type":"hello","version":1}\n{"type":"join","room":"lobby"}\n');
    return sockets;
  };
  const readers = await twenty();
  for (const socket of readers) socket.resume();
  const besideReaders = await median();
  for (const socket of readers) socket.destroy();
  await twenty();
  const besideDeaf = await median();
  const loud = new Heard(Number(port), 'loud', 0);
  await until(() => loud.joins > 0, 'the loud one has joined');
  const body = 'x'.repeat(100_000);
  for (let i = 0; i < 150; i++) {
    loud.client.say('lobby', body);
    await until(() => loud.client.unsent === 0, 'it is stored');
  }
  const slow = () => chat.stderr.split('closed (slow').length - 1;
  await until(() => slow() === 20, 'all that never read are closed');
  expect({ ann: ann.joins, bob: bob.joins, missed: bob.missed }).toEqual({ ann: 1, bob: 1, missed: [] });
  expect(residentBytes(child.pid)).toBeLessThan(300e6);
  console.log(
    `median latency ${besideReaders.toFixed(2)} ms beside 20 that read, ${besideDeaf.toFixed(2)} ms beside 20 that do not`,
  );
});

test('1,000 members come back within seconds of a restart, with what they missed', async () => {
  const first = await serverOn(await freePort(), 'chat', '-q', '--rate', '0');
  const members = Array.from({ length: 1000 }, (_, at) => new Heard(Number(first.port), `m${at}`, 0));
  await until(() => members.every(({ joins }) => joins === 1), 'all have joined');
  members[0]?.say();
  await until(() => members.every(({ entries }) => entries.length === 1), 'all have heard');
  const stopped = first.stop('SIGTERM');
  await until(() => members.every(({ connected }) => !connected), 'all are cut off');
  await stopped;
  await serverOn(first.port, 'chat', '-q', '--rate', '0');
  const from = performance.now();
  await until(() => members.every(({ joins }) => joins === 2), 'all are back');
  console.log(`1,000 members were back ${Math.round(performance.now() - from)} ms after the restart`);
}, 60_000);

test('a member that says bye is gone at once, and its name is free, also where it keeps its connection', async () => {
  const { port } = await server('chat', '-q');
  const bob = await connected(port);
  let heard = '';
  bob.on('data', (chunk) => {
    heard += chunk;
  });
  bob.write('hello\n');
  await until(() => heard.includes('you are in lobby'), 'bob is there');
  for (const { before, name, last, words } of [
    {
      before: 'guest-1',
      name: 'ann',
      last: '{"type":"hello","version":1,"name":"ann"}\n{"type":"join","room":"lobby"}\n{"type":"bye"}\n',
      words: '"bye"',
    },
    { before: 'ann', name: 'cat', last: '/nick cat\n/q\n', words: 'goodbye' },
  ]) {
    const other = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void other.destroy());
    let told = '';
    other.on('data', (chunk) => {
      told += chunk;
    });
    other.write(last);
    await until(() => told.includes(words), words);
    bob.write(`/nick ${name}\n`);
    await until(() => heard.includes(`${before} is now ${name}\n`) || heard.includes('taken'), 'bob is answered');
    expect(heard).toContain(`* ${name} has left lobby\n`);
    expect(heard).not.toContain('taken');
  }
});
