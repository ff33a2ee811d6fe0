import { once } from 'node:events';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { announce } from '../../src/clients/index.js';
import type { Output } from '../../src/core/index.js';
import { order } from '../../src/services/index.js';
import { type Server, serve, systemClock } from '../../src/transport/index.js';
import { digest } from '../support/cli.js';
import { rejection } from '../support/code-of.js';

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
    const says = [
      () => announce(ann, address, { label: 'X', name: `Ann ${at}` }),
      () => announce(bob, address, { label: 'Y', name: `Bob ${at}` }),
    ];
    await Promise.all((at % 2 ? says : says.reverse()).map((say) => say()));
    const [[, first], [, second]] = [ann, bob].map(({ text }) => text().toString().split('\n')) as [string[], string[]];
    expect(first).toBe(second);
    const inOrder = [`X: Ann ${at}`, `Y: Bob ${at}`].sort((a) => (first?.startsWith(a) ? -1 : 1));
    expect(first).toBe(inOrder.join(' received before '));
    const said = inOrder.map((name) => `Client ${name}\n`).join('');
    expect(printed.text().toString()).toBe(`${said}Sent acknowledgment to both X and Y\n`);
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
  const wanted = `${messages.join('')}Sent acknowledgment to both X and Y\n`;
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
  const first = announce(ann, address, { label: 'X', name: 'Ann', onNotice: (words) => void notices.push(words) });
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
  const server = await serve(order({ output: stuck, clock: systemClock, expect: 1, once: true }), '127.0.0.1:0');
  onTestFinished(() => server.close());
  await announce(kept(), server.address, { name: 'Ann' });
  const late = rejection(announce(kept(), server.address, { name: 'Bob' }));
  expect(await late).toMatchObject({ code: 'refused', message: expect.stringContaining('all places') });
});
