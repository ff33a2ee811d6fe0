import { once } from 'node:events';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { list, openFiles } from '../../src/clients/index.js';
import { WirelineError } from '../../src/core/index.js';
import { rejection } from '../support/code-of.js';

/** A session with a server that answers every request with `words`. */
async function session(words: string) {
  const server = net.createServer((socket) => {
    socket.on('data', () => socket.write(words)).on('error', () => {});
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const opened = await openFiles({ host: '127.0.0.1', port: (server.address() as net.AddressInfo).port });
  onTestFinished(() => opened.end());
  return opened;
}

test('a request is rejected with what its receiver throws, at the header and at the bytes', async () => {
  const thrown = new WirelineError('output', 'there is no room');
  const atHeader = await session('{"get":"a","size":3}\nAAA{"bytes":3}\n');
  const header = () => {
    throw thrown;
  };
  expect(await rejection(atHeader.request({ get: 'a' }, header))).toBe(thrown);
  const atBytes = await session('{"get":"a","size":3}\nAAA{"bytes":3}\n');
  expect(await rejection(atBytes.request({ get: 'a' }, () => header))).toBe(thrown);
  expect(await rejection(atBytes.request({ get: 'b' }))).toBe(thrown);
});

test('a list that is announced as too long is an error', async () => {
  const opened = await session(`{"list":"","size":${2 ** 40}}\n`);
  expect(await rejection(list(opened, ''))).toMatchObject({ code: 'too-long' });
});

test('bytes are given as they come, and then the line after them', async () => {
  const opened = await session('{"get":"a","size":5,"offset":2}\nAAA{"bytes":5}\n');
  const bytes: string[] = [];
  const answer = await opened.request({ get: 'a' }, () => (part) => void bytes.push(Buffer.from(part).toString()));
  expect(bytes.join('')).toBe('AAA');
  expect(answer).toEqual({ bytes: 5 });
  expect(await opened.request({ get: 'a' })).toMatchObject({ get: 'a' });
});
