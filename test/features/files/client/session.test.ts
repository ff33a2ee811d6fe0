import { once } from 'node:events';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WirelineError } from '../../../../src/core/index.js';
import { list } from '../../../../src/features/files/client/ls.js';
import { type FilesSessionOptions, openFiles } from '../../../../src/features/files/client/session.js';
import { ManualClock } from '../../../../src/testing/index.js';
import { rejection } from '../../../support/code-of.js';

/** A session with a server that answers every request with `words`. */
async function session(words: string, options: FilesSessionOptions = {}) {
  const server = net.createServer((socket) => {
    socket.on('data', () => socket.write(words)).on('error', () => {});
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const opened = await openFiles(`127.0.0.1:${(server.address() as net.AddressInfo).port}`, options);
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

test('a server that is silent fails the request in time', async () => {
  const opened = await session('{"get":"a","size":3}\n', { timeoutMs: 30 });
  expect(await rejection(opened.request({ get: 'a' }, () => () => {}))).toMatchObject({
    code: 'timeout',
    message: expect.stringMatching(/has neither sent nor taken anything for 0.03 s/),
  });
});

test('one that has never answered fails it after 10 s, unless it has to read what is before', async () => {
  const clock = new ManualClock();
  const silent = await session('', { clock, timeoutMs: 0 });
  const failed = rejection(silent.request({ list: '' }));
  clock.pass(9_999);
  clock.pass(1);
  expect(await failed).toMatchObject({
    code: 'timeout',
    message: expect.stringMatching(/is it a wireline serve files/),
  });
  const reading = await session('', { clock, timeoutMs: 60_000 });
  let over = false;
  const busy = rejection(reading.request({ get: 'a', offset: 5 })).then((error) => {
    over = true;
    return error;
  });
  await new Promise(setImmediate);
  clock.pass(59_999);
  expect(over).toBe(false);
  clock.pass(1);
  expect(await busy).toMatchObject({ code: 'timeout' });
});

test.each([
  ['File not found', 'protocol', 'the server does not answer as a files service does'],
  [
    'error: too many connections, try again later\n',
    'refused',
    'refused by the server: too many connections, try again later',
  ],
])('a first byte that no answer has is enough: %j', async (words, code, message) => {
  const opened = await session(words);
  expect(await rejection(opened.request({ list: '' }))).toMatchObject({ code, message });
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
