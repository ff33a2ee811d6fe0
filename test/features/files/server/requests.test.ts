import { once } from 'node:events';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RequestReader } from '../../../../src/features/files/server/request-reader.js';
import { ManualClock } from '../../../../src/testing/index.js';
import { folder } from '../../../support/folder.js';
import { serving } from '../../../support/serving.js';

test('a request that the network holds up in its middle is one request', async () => {
  const clock = new ManualClock();
  const requests: string[] = [];
  const reader = new RequestReader({
    clock,
    peer: { pause() {}, resume() {} } as never,
    onRequest: (line) => requests.push(Buffer.from(line).toString()),
    onEnd: () => requests.push('the end'),
    onTooLong: () => requests.push('too long'),
  });
  const push = async (text: string) => {
    reader.push(Buffer.from(text));
    // It may be cut on a later turn.
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    clock.pass(1000);
  };
  await push('plain');
  expect(requests.splice(0)).toEqual(['plain']);
  for (const part of ['{"ge', 't":"a name with } and {"', '', '}', '\n']) await push(part);
  expect(requests.splice(0)).toEqual(['{"get":"a name with } and {"}']);
  // It is whole without a newline, and so is a plain name, which has no other end. A client that has ended a line is
  // waited for.
  await push('{"list":""}');
  expect(requests).toEqual([]);
  clock.pass(4000);
  expect(requests.splice(0)).toEqual(['{"list":""}']);
  await push('\n\r\n{"get":');
  reader.end();
  // On a busy machine the turn may be over, and the rest is cut on the next one.
  await expect.poll(() => requests).toEqual(['{"get":', 'the end']);
});

/** What a client hears of a server of files that it sends `words` to. */
async function hears(words: string | Buffer, half = true): Promise<string> {
  const there = folder();
  writeFileSync(join(there, 'a'), 'this is a');
  mkdirSync(join(there, 'many'));
  for (let at = 0; at < 200; at++) writeFileSync(join(there, 'many', `${at}${'x'.repeat(200)}`), '');
  const socket = net.connect({ port: await serving(there), host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let heard = '';
  socket.on('error', () => {}).on('data', (chunk) => (heard += chunk));
  if (half) socket.end(words);
  else socket.write(words);
  await Promise.race([once(socket, 'end'), once(socket, 'close')]);
  return heard;
}

test.each([
  ['\n', 'error: an empty line names no file\n'],
  [Buffer.alloc(70_000, 'x'), 'error: a request is longer than 65536 bytes\n'],
  [Buffer.from(`{"get":"${'x'.repeat(70_000)}"}\n`), '{"error":"a request is longer than 65536 bytes"}\n'],
])('what is no request gets a word: %j', async (words, answer) => {
  expect(await hears(words, false)).toBe(answer);
});

test('many requests in one piece are answered one after the other', async () => {
  const lists = await hears('{"list":"many"}\n'.repeat(300));
  expect(lists.match(/^\{"list":"many"/gm)?.length).toBe(300);
  expect(lists.match(/^\{"bytes":/gm)?.length).toBe(300);
  const refused = await hears('{"get":"../x"}\n'.repeat(5_000));
  expect(refused.match(/\n/g)?.length).toBe(5_000);
});

test('requests that come byte by byte behind an unread answer wait, and cost little', async () => {
  const heard = await hears(Buffer.concat([Buffer.from('{"get":"a"}\n'.repeat(3)), Buffer.from('{"list":""}')]));
  expect(heard.match(/this is a/g)?.length).toBe(3);
  expect(heard).toContain('"list":""');
});

test('of many that have a part already, few are hashed at a time, and none that has ended', async () => {
  const there = folder();
  writeFileSync(join(there, 'sparse'), '');
  truncateSync(join(there, 'sparse'), 2 ** 33);
  const port = await serving(there);
  const ask = (half: boolean) => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    let heard = '';
    socket.on('error', () => {}).on('data', (chunk) => (heard += chunk));
    const request = `{"get":"sparse","offset":${2 ** 33},"prefix":"x"}\n`;
    if (half) socket.end(request);
    else socket.write(request);
    return { socket, heard: () => heard };
  };
  const ended = ask(true);
  await once(ended.socket, 'end');
  expect(ended.heard()).toBe('{"error":"the rest of a file is sent only to a client that has not ended its side"}\n');
  const many = Array.from({ length: 20 }, () => ask(false));
  const began = performance.now();
  expect(await hears('a\n')).toBe('this is a');
  expect(performance.now() - began).toBeLessThan(2_000);
  for (const { socket } of many) socket.destroy();
  const before = process.cpuUsage();
  await expect
    .poll(
      () => {
        const { user } = process.cpuUsage(before);
        Object.assign(before, process.cpuUsage());
        return user;
      },
      { interval: 300, timeout: 10_000 },
    )
    .toBeLessThan(100_000);
});
