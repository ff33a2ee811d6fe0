import { once } from 'node:events';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { server } from '../support/cli.js';

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
