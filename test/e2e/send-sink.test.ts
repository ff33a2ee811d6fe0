import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Cli, digest, run, server, serverOn, until } from '../support/cli.js';
import { folder } from '../support/folder.js';

/** A client that is none of ours. What becomes of it is not its test's concern. */
function plain(port: string): net.Socket {
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

const contents: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.from('x')],
  ['no final newline', Buffer.from('a\nb')],
  ['BOM and CRLF', Buffer.from('\ufeffa\r\nb\r\n')],
  ['NULs', Buffer.alloc(1000)],
  ['invalid UTF-8', Buffer.from([0xff, 0xc3, 0x28, 0x80, 10])],
  ['100,000 random bytes', randomBytes(100_000)],
];

test.each(contents)('%s, byte for byte, from a pipe, a file and by name', async (_name, content) => {
  const path = join(folder(), 'content');
  writeFileSync(path, content);
  const fd = openSync(path, 'r');
  onTestFinished(() => closeSync(fd));
  const sink = await serverOn('0', 'sink', '-q');
  expect((await run(['send', 'localhost', sink.port], content)).status).toBe(0);
  expect(sink.stdout.equals(content)).toBe(true);
  expect((await new Cli(['send', '127.0.0.1', sink.port], { stdin: fd }).done).status).toBe(0);
  expect((await run(['send', `[::1]:${sink.port}`, path])).status).toBe(0);
  const { stdout, status } = await sink.stop();
  expect(status).toBe(0);
  expect(digest(stdout)).toBe(digest(Buffer.concat([content, content, content])));
});

test('sizes around every power of two from 1 KiB to 128 KiB', { timeout: 120_000 }, async () => {
  const into = folder();
  const sink = await server('sink', '-q', '--into', into);
  const sizes = Array.from({ length: 8 }, (_, at) => 1024 << at).flatMap((size) => [size - 1, size, size + 1]);
  const bytes = randomBytes(256 * 1024);
  for (const size of sizes)
    expect((await run(['send', 'localhost', sink.port], bytes.subarray(0, size))).status).toBe(0);
  const saved = readdirSync(into)
    .sort()
    .map((name) => readFileSync(join(into, name)));
  expect(saved.map(({ length }) => length)).toEqual(sizes);
  expect(saved.every((content) => content.equals(bytes.subarray(0, content.length)))).toBe(true);
  await sink.stop();
});

/** Sends `size` zeros by a program, and gives the memory that `send` used at most, in KiB. */
async function sendZeros(port: string, size: string): Promise<number> {
  const zeros = spawn('head', ['-c', size, '/dev/zero'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const sending = new Cli(['send', 'localhost', port]);
  zeros.stdout.pipe(sending.child.stdin as NodeJS.WritableStream);
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryOf(sending));
  }, 100);
  expect((await sending.done).status).toBe(0);
  clearInterval(watch);
  return peak;
}

function memoryOf({ child }: Cli): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

test.skipIf(process.platform !== 'linux')('4 GiB in constant memory at both ends', { timeout: 180_000 }, async () => {
  const nowhere = openSync('/dev/null', 'w');
  onTestFinished(() => closeSync(nowhere));
  const sink = new Cli(['serve', 'sink', '-q', '0'], { stdout: nowhere });
  const [, port = ''] = await sink.says(/listening on \S*:(\d+)/);
  const used = await sendZeros(port, '4G');
  expect(used).toBeLessThan(120 * 1024);
  expect(memoryOf(sink)).toBeLessThan(120 * 1024);
});

test('a stdout that is blocked for seconds loses nothing', { timeout: 120_000 }, async () => {
  const sink = new Cli(['serve', 'sink', '-q', '0']);
  const stdout = sink.child.stdout as NodeJS.ReadableStream;
  stdout.removeAllListeners('data').pause();
  const [, port = ''] = await sink.says(/listening on \S*:(\d+)/);
  const block = randomBytes(1024 * 1024);
  const sending = new Cli(['send', 'localhost', port]);
  const sent = createHash('sha256');
  const feed = async () => {
    for (let at = 0; at < 96; at++) {
      sent.update(block);
      if (!sending.child.stdin?.write(block)) await once(sending.child.stdin as NodeJS.WritableStream, 'drain');
    }
    sending.child.stdin?.end();
  };
  const fed = feed();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(sending.child.exitCode).toBeNull();
  const received = createHash('sha256');
  let size = 0;
  stdout.on('data', (chunk: Buffer) => {
    received.update(chunk);
    size += chunk.length;
  });
  stdout.resume();
  await fed;
  expect((await sending.done).status).toBe(0);
  await until(() => size >= 96 * block.length, 'all is on stdout');
  expect(size).toBe(96 * block.length);
  expect(received.digest('hex')).toBe(sent.digest('hex'));
  if (process.platform === 'linux') expect(memoryOf(sink)).toBeLessThan(120 * 1024);
});

test('ten clients at once: each message is whole, and nobody waits for who is idle or stops', {
  timeout: 60_000,
}, async () => {
  const sink = await server('sink', '-q');
  plain(sink.port);
  plain(sink.port).write('a line that is not fin');
  const messages = Array.from({ length: 10 }, (_, at) => Buffer.alloc(3_000_000 + at, String(at)));
  const killed = new Cli(['send', 'localhost', sink.port]);
  killed.child.stdin?.write(Buffer.alloc(100_000, 'k'));
  const reset = plain(sink.port);
  reset.write('reset');
  const runs = await Promise.all(messages.map((message) => run(['send', 'localhost', sink.port], message)));
  expect(runs.map(({ status }) => status)).toEqual(messages.map(() => 0));
  await killed.stop('SIGKILL');
  reset.resetAndDestroy();
  const total = messages.reduce((sum, { length }) => sum + length, 0);
  await until(() => sink.stdout.length >= total, 'all messages are on stdout');
  const parts = sink.stdout.toString('latin1').match(/0+|1+|2+|3+|4+|5+|6+|7+|8+|9+/g) ?? [];
  expect(parts.map(({ length }) => length).sort()).toEqual(messages.map(({ length }) => length).sort());
  expect((await run(['send', 'localhost', sink.port], 'after')).status).toBe(0);
  expect(sink.stdout.includes('after')).toBe(true);
  expect((await sink.stop()).status).toBe(0);
});

test('--by line keeps lines whole, and makes a last one whole', async () => {
  const sink = await server('sink', '-q', '--by', 'line');
  const slow = plain(sink.port);
  slow.write('slow 1\nslow');
  await sink.prints(/slow 1\n/);
  await run(['send', 'localhost', sink.port], 'quick');
  slow.end(' 2\n');
  await sink.prints(/slow 2\n/);
  expect(sink.stdout.toString()).toBe('slow 1\nquick\nslow 2\n');
});

test('--once takes one connection, and ends with its success or failure', async () => {
  const good = await server('sink', '--once', '-q');
  expect((await run(['send', 'localhost', good.port], 'x')).status).toBe(0);
  expect(await good.done).toMatchObject({ status: 0, stdout: Buffer.from('x') });
  const bad = await server('sink', '--once');
  const client = plain(bad.port);
  client.write('x');
  await bad.says(/connected/);
  client.resetAndDestroy();
  expect(await bad.done).toMatchObject({ status: 1, stdout: Buffer.alloc(0) });
});

test('--stall cuts who has the output and stops, as others wait', async () => {
  const sink = await server('sink', '-q', '--stall', '300ms');
  const large = Buffer.alloc(2 * 1024 * 1024, 'L');
  const stalled = plain(sink.port);
  stalled.write(large);
  const cut = once(stalled, 'error');
  await until(() => sink.stdout.length === large.length, 'the large message streams');
  expect((await run(['send', 'localhost', sink.port], 'next')).status).toBe(0);
  expect((await cut)[0]).toMatchObject({ code: 'ECONNRESET' });
  expect(sink.stdout.subarray(large.length).toString()).toBe('next');
});

test('--spool bounds what waits: the others are slowed, and lose nothing', { timeout: 60_000 }, async () => {
  const sink = await server('sink', '-q', '--spool', '3MiB');
  const first = plain(sink.port);
  first.write(Buffer.alloc(2_000_000, 'a'));
  await until(() => sink.stdout.length === 2_000_000, 'the first streams');
  const others = [
    run(['send', 'localhost', sink.port], Buffer.alloc(9_000_000, 'b')),
    run(['send', 'localhost', sink.port], 'c'),
  ];
  first.end(Buffer.alloc(2_000_000, 'a'));
  expect((await Promise.all(others)).map(({ status }) => status)).toEqual([0, 0]);
  await until(() => sink.stdout.length === 13_000_001, 'all is on stdout');
  expect(
    sink.stdout
      .toString('latin1')
      .match(/a+|b+|c+/g)
      ?.map(({ length }) => length)
      .sort(),
  ).toEqual([1, 4_000_000, 9_000_000]);
});

test('a message that is saved has its name when it is whole, and never takes that of another', async () => {
  const into = folder();
  writeFileSync(join(into, 'message-000001'), 'mine');
  const sink = await server('sink', '-q', '--into', into);
  const half = plain(sink.port);
  half.write('half');
  await until(() => readdirSync(into).length === 2, 'the half message has begun');
  expect((await run(['send', 'localhost', sink.port], 'whole')).status).toBe(0);
  half.resetAndDestroy();
  await until(() => readdirSync(into).length === 2, 'nothing is left of the half message');
  expect(readdirSync(into).sort()).toEqual(['message-000001', 'message-000002']);
  expect(readFileSync(join(into, 'message-000001'), 'utf8')).toBe('mine');
  expect(readFileSync(join(into, 'message-000002'), 'utf8')).toBe('whole');
});
