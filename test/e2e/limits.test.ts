import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { server } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { peer } from '../support/peers.js';

/** A client of a server here that a test reads from only where it says so. */
function client(port: string): net.Socket {
  const socket = net.connect(Number(port), '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

test('--stall closes a client that never reads, and not one that is silent', async () => {
  const echo = await server('echo', '--stall', '400ms');
  const silent = client(echo.port);
  await echo.says(/connected/);
  const deaf = client(echo.port);
  deaf.pause();
  deaf.write(Buffer.alloc(12 * 1024 * 1024));
  const [, closed] = await echo.says(/:(\d+) closed \(slow\)/);
  expect(Number(closed)).toBe(deaf.localPort);
  silent.write('x');
  expect(String((await once(silent, 'data'))[0])).toBe('x');
});

test('where clients that never read fill --memory, one that sends all before it reads is served all the same', async () => {
  const echo = await server('echo', '--memory', '16MiB', '--buffer', '4MiB');
  for (let i = 0; i < 4; i++) {
    const deaf = client(echo.port);
    deaf.pause();
    deaf.write(Buffer.alloc(16 * 1024 * 1024));
  }
  await echo.says(/closed \(slow\)/);
  const honest = client(echo.port);
  honest.pause();
  await new Promise((sent) => honest.write(Buffer.alloc(3 * 1024 * 1024), sent));
  let size = 0;
  for await (const chunk of honest) {
    size += chunk.length;
    if (size === 3 * 1024 * 1024) break;
  }
  expect(size).toBe(3 * 1024 * 1024);
});

test('--max-per-address tells who is over it, and a flood costs a line per second', async () => {
  const echo = await server('echo', '--max-per-address', '1');
  client(echo.port);
  await echo.says(/connected/);
  const flood = Array.from({ length: 50 }, () => client(echo.port));
  const [line] = await Promise.race(flood.map((socket) => once(socket, 'data')));
  expect(String(line)).toBe('error: too many connections from your address\n');
  const [, more] = await echo.says(/(\d+) more refused \(too-many\), the last of them 127\.0\.0\.1:\d+/);
  expect(Number(more)).toBeGreaterThan(0);
  expect(echo.stderr.match(/refused/g)?.length).toBeLessThan(10);
});

test('a files server that is out of descriptors says so to its client and in its log, and not that the file is gone', async () => {
  const there = folder();
  writeFileSync(join(there, 'big'), Buffer.alloc(5_000_000));
  const command = 'ulimit -n 90 && exec "$0" dist/cli.cjs serve files "$1" 127.0.0.1:0';
  const { child } = peer('sh', ['-c', command, process.execPath, there]);
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  await expect.poll(() => log).toMatch(/listening on/);
  const port = Number(/:(\d+)/.exec(log)?.[1]);
  const answers: string[] = [];
  for (let client = 0; client < 60 && !/cannot open|too many/.test(answers.join('')); client++) {
    const socket = net.connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    // It takes a place, a descriptor of its own and one of its file, and reads no more than the beginning.
    socket.write('{"get":"big"}\n');
    const first = await new Promise((resolve) => {
      socket.once('data', resolve).once('close', () => resolve('too many connections'));
    });
    socket.pause();
    answers.push(String(first).slice(0, 100));
  }
  expect(answers.join('')).not.toContain('no such file');
  expect(answers.at(-1)).toMatch(/cannot open it now: try again later|too many connections/);
  if (answers.at(-1)?.includes('cannot'))
    await expect.poll(() => log).toMatch(/closed \(failed: the server cannot open/);
});
