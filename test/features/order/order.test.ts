import { once } from 'node:events';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Output } from '../../../src/core/index.js';
import { systemClock } from '../../../src/core/index.js';
import { announce } from '../../../src/features/order/client/announce.js';
import { order } from '../../../src/features/order/server/order.js';
import { memoryPair, type Server, serve } from '../../../src/net/index.js';
import { ManualClock } from '../../../src/testing/index.js';
import { digest } from '../../support/cli.js';
import { rejection } from '../../support/code-of.js';
import { Recorder } from '../../support/recorder.js';

const limit = 16 * 1024 * 1024;

/** An output that keeps what it is given. */
function kept(): Output & { text: () => Buffer } {
  const chunks: Buffer[] = [];
  return {
    write: (bytes) => chunks.push(Buffer.from(bytes)) > 0,
    whenDrained: (run) => run(),
    text: () => Buffer.concat(chunks),
  };
}

async function serving(output: Output): Promise<Server> {
  const server = await serve(order({ output, clock: systemClock }), '127.0.0.1:0');
  onTestFinished(() => server.close());
  return server;
}

test('hundreds of runs at the same time: both clients of each print the same line', { timeout: 60_000 }, async () => {
  const runs = Array.from({ length: 300 }, async (_, at) => {
    const [printed, ann, bob] = [kept(), kept(), kept()];
    const { address } = await serving(printed);
    // Without a newline the server waits for the end of a pause: some do, most do not.
    const how = { lineEnd: at % 10 ? '\n' : '' } as const;
    const says = [
      () => announce(ann, address, { label: 'X', name: `Ann ${at}`, ...how }),
      () => announce(bob, address, { label: 'Y', name: `Bob ${at}`, ...how }),
    ];
    await Promise.all((at % 2 ? says : says.reverse()).map((say) => say()));
    const [[, first], [, second]] = [ann, bob].map(({ text }) => text().toString().split('\n')) as [string[], string[]];
    expect(first).toBe(second);
    const inOrder = [`X: Ann ${at}`, `Y: Bob ${at}`].sort((a) => (first?.startsWith(a) ? -1 : 1));
    expect(first).toBe(inOrder.join(' received before '));
    const said = inOrder.map((name) => `Client ${name}\n`).join('');
    expect(printed.text().toString()).toBe(`${said}${first}\nSent acknowledgment to both X and Y\n`);
  });
  await Promise.all(runs);
});

test('a name as long as a message may be comes back whole, to both', { timeout: 60_000 }, async () => {
  const [printed, ann, bob] = [kept(), kept(), kept()];
  const { address } = await serving(printed);
  const name = `${'🦊'.repeat((limit - 'Client X: '.length) / 4)}xx`;
  await Promise.all([
    announce(ann, address, { label: 'X', name }),
    announce(bob, address, { label: 'Y', name: 'Bob' }),
  ]);
  const line = ann.text().subarray(limit + 1);
  expect(digest(bob.text().subarray('Client Y: Bob\n'.length))).toBe(digest(line));
  const orders = [`X: ${name} received before Y: Bob\n`, `Y: Bob received before X: ${name}\n`];
  expect(orders.map((words) => digest(Buffer.from(words)))).toContain(digest(line));
  const messages = [`Client X: ${name}\n`, 'Client Y: Bob\n'];
  if (line.toString('latin1', 0, 1) === 'Y') messages.reverse();
  const wanted = `${messages.join('')}${line}Sent acknowledgment to both X and Y\n`;
  expect(digest(printed.text())).toBe(digest(Buffer.from(wanted)));
});

test('a byte more is refused with its reason, and the round goes on without it', { timeout: 60_000 }, async () => {
  const [printed, ann, bob] = [kept(), kept(), kept()];
  const { address } = await serving(printed);
  const notices: string[] = [];
  const first = announce(ann, address, { label: 'X', name: 'Ann', onNotice: (words) => void notices.push(words) });
  const over = 'x'.repeat(limit - 'Client Y: '.length + 1);
  const refused = await rejection(announce(bob, address, { label: 'Y', name: over }));
  expect(refused).toMatchObject({ code: 'refused', message: expect.stringContaining('longer than 16777216 bytes') });
  const placesFreed = (count: number) => expect.poll(() => notices.length, { timeout: 10_000 }).toBe(count);
  await placesFreed(1);
  // A plain client is told so too, and before it has sent all that it would.
  const plain = net.connect(address.port as number, '127.0.0.1');
  onTestFinished(() => void plain.destroy());
  plain.on('error', () => {}).write(Buffer.alloc(limit + 65_536, 'x'));
  const [said] = await once(plain, 'data');
  expect(String(said)).toBe('error: a message is longer than 16777216 bytes\n');
  plain.destroy();
  await placesFreed(2);
  await announce(bob, address, { label: 'Y', name: 'Bob' });
  await first;
  expect(ann.text().toString()).toBe('Client X: Ann\nX: Ann received before Y: Bob\n');
  expect(notices).toEqual(['* a client has left', '* a client has left']);
});

test('one that is refused has no place any more, though it leaves its connection open', async () => {
  const [printed, ann, bob] = [kept(), kept(), kept()];
  const { address } = await serving(printed);
  const notices: string[] = [];
  const onNotice = (words: string) => void notices.push(words);
  const first = announce(ann, address, { label: 'X', name: 'Ann', lineEnd: '\n', onNotice });
  await expect.poll(() => ann.text().toString()).toBe('Client X: Ann\n');
  const plain = net.connect({ port: address.port as number, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void plain.destroy());
  plain.write('Client X: Another\n');
  const [said] = await once(plain, 'data');
  expect(String(said)).toBe('error: the label X is taken\n');
  await announce(bob, address, { label: 'Y', name: 'Bob' });
  await first;
  expect(ann.text().toString()).toBe('Client X: Ann\nX: Ann received before Y: Bob\n');
  expect(notices).toEqual(['* a client has left']);
});

test('error is no label: to the others the order would look like a refusal', async () => {
  const ann = kept();
  const { address } = await serving(kept());
  const plain = net.connect(address.port as number, '127.0.0.1');
  onTestFinished(() => void plain.destroy());
  plain.write('Client error: Bob\n');
  await announce(ann, address, { label: 'Y', name: 'Ann' });
  expect(ann.text().toString()).toMatch(/X: Client error: Bob( received before Y: Ann)?\n$/);
  expect(await rejection(announce(kept(), address, { label: 'error', name: 'Ann' }))).toMatchObject({ code: 'usage' });
});

test('who comes after the only round is refused, also while its lines are still being printed', async () => {
  const stuck: Output = { write: () => false, whenDrained() {} };
  const server = await serve(order({ output: stuck, clock: systemClock, expect: 1, rounds: 1 }), '127.0.0.1:0');
  onTestFinished(() => server.close());
  await announce(kept(), server.address, { name: 'Ann' });
  const late = rejection(announce(kept(), server.address, { name: 'Bob' }));
  expect(await late).toMatchObject({ code: 'refused', message: expect.stringContaining('all places') });
});

interface Client {
  readonly socket: net.Socket;
  readonly heard: string[];
  /** Resolves when the server has ended its side. */
  readonly ended: Promise<unknown>;
}

/** A plain client of a server, which has sent `words`; `heard` has what it received, read by read. */
async function plainClient(server: Server, words: string): Promise<Client> {
  const socket = net.connect({ port: server.address.port as number, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  const heard: string[] = [];
  socket.on('error', () => {}).on('data', (chunk) => heard.push(String(chunk)));
  const ended = once(socket, 'end');
  ended.catch(() => {});
  await once(socket, 'connect');
  if (words !== '') await new Promise<void>((resolve) => socket.write(words, () => resolve()));
  return { socket, heard, ended };
}

/** Waits until the server has `count` connections, and has read what was sent over them. */
async function settled(server: Server, count: number): Promise<void> {
  await expect.poll(() => server.connections).toBe(count);
  await new Promise((resolve) => setTimeout(resolve, 20));
}

test('a client that is gone gives way to one that announces its label, most often itself', async () => {
  const [printed, bob] = [kept(), kept()];
  const server = await serving(printed);
  const gone = await plainClient(server, 'Client X: Alice\n');
  await settled(server, 1);
  gone.socket.destroy();
  const again = await plainClient(server, 'Client X: Alice\n');
  await expect.poll(() => server.connections, { timeout: 5000 }).toBe(1);
  await announce(bob, server.address, { label: 'Y', name: 'Bob' });
  await again.ended;
  expect(again.heard.join('')).toBe('X: Alice received before Y: Bob\n');
});

test('also where all places are taken, by it and by one that is silent', async () => {
  const server = await serving(kept());
  const gone = await plainClient(server, 'Client X: Alice\n');
  await settled(server, 1);
  gone.socket.destroy();
  const silent = await plainClient(server, '');
  await settled(server, 2);
  const other = await plainClient(server, 'Client Z: Eve\n');
  await other.ended;
  expect(other.heard.join('')).toBe('error: all places of this round are taken\n');
  const again = await plainClient(server, 'Client X: Alice\n');
  await expect.poll(() => silent.heard.join(''), { timeout: 5000 }).toBe('* X: Alice has left\n');
  silent.socket.write('Client Y: Bob\n');
  await again.ended;
  expect(again.heard.join('')).toBe('X: Alice received before Y: Bob\n');
});

test('a client that has only half-closed keeps its label, and never receives a piece of a line', async () => {
  const server = await serving(kept());
  const holder = await plainClient(server, '');
  holder.socket.end('Client X: Alice\n');
  await settled(server, 1);
  const rival = await plainClient(server, '');
  rival.socket.end('Client X: Alice\n');
  await rival.ended;
  expect(rival.heard.join('')).toBe('error: the label X is taken\n');
  const bob = kept();
  await announce(bob, server.address, { label: 'Y', name: 'Bob' });
  await holder.ended;
  const order = 'X: Alice received before Y: Bob\n';
  expect(holder.heard).toEqual(['* another client claims the label X\n', '* a client has left\n', order]);
  expect(bob.text().toString()).toBe(`Client Y: Bob\n${order}`);
});

test('two that have half-closed receive the order in one piece each', async () => {
  const server = await serving(kept());
  const [first, second] = [await plainClient(server, ''), await plainClient(server, '')];
  first.socket.end('Client X: Alice');
  second.socket.end('Client Y: Bob');
  await Promise.all([first.ended, second.ended]);
  expect(first.heard).toEqual([expect.stringMatching(/^[XY]: \w+ received before [XY]: \w+\n$/)]);
  expect(second.heard).toEqual(first.heard);
});

test('two clients that stay silent lose a place to a newcomer, after the time for it', () => {
  const clock = new ManualClock();
  const printed = kept();
  const service = order({ output: printed, clock, stallMs: 1000 });
  const clients = [1, 2, 3, 4, 5].map(() => new Recorder());
  const join = (at: number) => memoryPair(service, (clients[at] as Recorder).service);
  join(0);
  clock.pass(600);
  join(1);
  join(2);
  clock.pass(500);
  join(3);
  join(4);
  return Promise.all([2, 0, 4].map((at) => (clients[at] as Recorder).closed)).then(() => {
    expect(clients.map(({ text }) => text)).toEqual([
      'error: nothing was said for too long, and another client needs the place\n',
      '* a client has left\n',
      'error: all places of this round are taken\n',
      '',
      'error: all places of this round are taken\n',
    ]);
  });
});
