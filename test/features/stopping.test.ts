import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Output, Service } from '../../src/core/index.js';
import { files } from '../../src/features/files/server/files.js';
import { servedTree } from '../../src/features/files/tree/served-tree.js';
import { sink } from '../../src/features/stream/server/sink.js';
import { WholeMessageWriter } from '../../src/features/stream/server/whole-message-writer.js';
import { transform } from '../../src/features/transform/server/transform.js';
import { framed, lines, text } from '../../src/framing/index.js';
import { SpoolBudget } from '../../src/io/spool.js';
import { detect, idle, type Server, serve } from '../../src/net/index.js';
import { folder } from '../support/folder.js';

async function serving(service: Service, graceMs = 5_000): Promise<Server> {
  const server = await serve(service, '127.0.0.1:0', { graceMs });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return server;
}

/** A plain client that has sent `words`, what it hears, and how it ends. */
function client(server: Server, words: string | Buffer, half = false) {
  const socket = net.connect({ port: server.port as number, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let heard = '';
  const ended = new Promise<string>((resolve) => {
    socket.on('end', () => resolve('end')).on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
  });
  socket.on('data', (chunk) => (heard += chunk));
  if (half) socket.end(words);
  else socket.write(words);
  return { socket, heard: () => heard, ended };
}

test('a transform answers what it has received, in order, and then closes', async () => {
  const begun: string[] = [];
  const waiting: (() => void)[] = [];
  const make = () => async (message: Uint8Array) => {
    begun.push(String(Buffer.from(message)));
    await new Promise<void>((resolve) => waiting.push(resolve));
    return `${Buffer.from(message)}!`;
  };
  const server = await serving(transform({ codec: text(), make, atOnce: 1 }));
  const whole = client(server, 'one\ntwo\nthree\n', true);
  const open = client(server, 'four\nunfinished');
  await expect.poll(() => begun.length).toBe(2);
  const closed = server.close();
  while (server.connections > 0) {
    waiting.shift()?.();
    await new Promise(setImmediate);
  }
  await closed;
  expect([whole.heard(), await whole.ended]).toEqual(['one!\ntwo!\nthree!\n', 'end']);
  expect([open.heard(), await open.ended]).toEqual(['four!\n', 'ECONNRESET']);
});

test('work that takes longer than the grace is cut', async () => {
  const server = await serving(transform({ codec: text(), make: () => () => new Promise(() => {}) }), 50);
  const waiting = client(server, 'one\n', true);
  await expect.poll(() => server.connections).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await server.close();
  expect([waiting.heard(), await waiting.ended]).toEqual(['', 'ECONNRESET']);
});

test('a sink writes a whole message that waits for its output, and gives the receipt', async () => {
  const written: string[] = [];
  let drained: (() => void) | undefined;
  const output: Output = {
    write: (bytes) => written.push(String(Buffer.from(bytes))) > 100,
    whenDrained: (run) => (drained = run),
  };
  const budget = new SpoolBudget(1_000_000);
  const server = await serving(sink(new WholeMessageWriter({ output, spool: () => budget.spool() })));
  const first = client(server, 'first', true);
  await expect.poll(() => written.length).toBe(1);
  const second = client(server, 'second', true);
  await expect.poll(() => server.connections).toBe(2);
  const unfinished = client(server, 'unfinished');
  await expect.poll(() => server.connections).toBe(3);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closed = server.close();
  expect(await unfinished.ended).toBe('ECONNRESET');
  while (server.connections > 0) {
    drained?.();
    await new Promise(setImmediate);
  }
  await closed;
  expect([await first.ended, await second.ended]).toEqual(['end', 'end']);
  expect(written.join(' ')).toBe('first second');
});

test('a file that is on its way is sent whole', async () => {
  const there = folder();
  writeFileSync(join(there, 'large'), Buffer.alloc(20_000_000, 'x'));
  const server = await serving(files({ folder: servedTree(there) }));
  const getting = client(server, 'large\n');
  await once(getting.socket, 'data');
  getting.socket.pause();
  const idling = client(server, '');
  await expect.poll(() => server.connections).toBe(2);
  const closed = server.close();
  getting.socket.resume();
  await closed;
  expect(await idling.ended).toBe('ECONNRESET');
  await getting.ended;
  expect(getting.heard().length).toBe(20_000_000);
});

test('layers pass it on, and a handler that does not know it is closed at once', async () => {
  const told: string[] = [];
  const knowing: Service = framed(lines(), (peer) => ({
    data: (line) => void told.push(String(Buffer.from(line))),
    stopping() {
      told.push('stopping');
      peer.write('goodbye');
      peer.close('ended');
    },
  }));
  const server = await serving(idle(60_000, detect([], knowing)));
  const other = client(server, 'hello\n');
  await expect.poll(() => told).toEqual(['hello']);
  await server.close();
  expect([other.heard(), await other.ended]).toEqual(['goodbye\n', 'end']);
  expect(told).toEqual(['hello', 'stopping']);
});

test('a server of files answers a file that has come whole, and cuts one that is coming', async () => {
  const there = folder();
  const server = await serving(files({ folder: servedTree(there), writable: true }), 60_000);
  const whole = Buffer.from(
    '{"put":"whole"}\n\0\0\0\x1awireline verified stream 1\0\0\0\x01x\0\0\0\0\0\0\0\x57{"bytes":1,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}',
    'latin1',
  );
  const half = Buffer.from('{"put":"half"}\n\0\0\0\x1awireline verified stream 1\0\0\0\x09ab', 'latin1');
  const { heard, ended } = client(server, Buffer.concat([whole, half]));
  await expect.poll(() => readdirSync(there).length).toBeGreaterThan(0);
  await server.close();
  await ended;
  const lines = heard().split('\n');
  expect(lines[0]).toBe('{"put":"whole","ready":true}');
  expect(lines[1]).toMatch(/^\{"put":"whole","bytes":1,/);
  expect(readdirSync(there)).toEqual(['whole']);
});
