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

test('a server that is long silent is told that no more comes, answers all the same, and is asked again', async () => {
  let connections = 0;
  // It answers only when the other side has ended.
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    connections++;
    socket.on('error', () => {}).on('end', () => socket.end('{"list":"","size":0}\n{"bytes":0}\n'));
    socket.resume();
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as net.AddressInfo;
  const opened = await openFiles({ host: '127.0.0.1', port }, { silenceMs: 10 });
  onTestFinished(() => opened.end());
  for (const asked of [1, 2]) {
    expect(await opened.request({ list: '' }, () => () => {})).toEqual({ bytes: 0 });
    expect(connections).toBe(asked);
  }
});

test('an answer to another request than ours is none', async () => {
  const body = () => () => {};
  for (const words of ['{"get":"b","size":0}', '{"get":"a"}', '{"get":"a","size":1,"offset":2}', '{"folder":"b"}']) {
    const opened = await session(`${words}\n{"bytes":0}\n`);
    expect(await rejection(opened.request({ get: 'a' }, body)), words).toMatchObject({ code: 'protocol' });
  }
  const list = await session('{"list":"b","size":0}\n{"bytes":0}\n');
  expect(await rejection(list.request({ list: 'a' }, body))).toMatchObject({ code: 'protocol' });
});
