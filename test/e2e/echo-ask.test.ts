import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cli, digest, run, server } from '../support/cli.js';
import { removeFolder } from '../support/folder.js';

function plain(port: string): net.Socket {
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  onTestFinished(() => void socket.destroy());
  return socket.on('error', () => {});
}

/** The next `size` bytes that a socket receives. */
async function take(socket: net.Socket, size: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let got = 0;
  while (got < size) {
    const chunk: Buffer | null = socket.read(Math.min(size - got, socket.readableLength || size));
    if (chunk === null) await once(socket, 'readable');
    else {
      chunks.push(chunk);
      got += chunk.length;
    }
  }
  return Buffer.concat(chunks);
}

describe('echo and ask', () => {
  test.each([1, 16, 64])('a line of %i MiB, piped', { timeout: 60_000 }, async (mebibytes) => {
    const echo = await server('echo', '-q');
    const line = Buffer.concat([Buffer.alloc(mebibytes * 1024 * 1024, 'línea '), Buffer.from('\n')]);
    const { stdout, status } = await run(['ask', 'localhost', echo.port], line);
    expect(status).toBe(0);
    expect(digest(stdout)).toBe(digest(line));
  });

  test('a file of 16 MiB, messages, a count, many at a time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wireline-ask-'));
    onTestFinished(() => removeFolder(folder));
    const echo = await server('echo', '-q');
    const content = Buffer.from(randomBytes(8 * 1024 * 1024).toString('hex'));
    writeFileSync(join(folder, 'file'), content);
    const asked = await run(['ask', 'localhost', echo.port, '--file', join(folder, 'file')]);
    expect(digest(asked.stdout)).toBe(digest(Buffer.concat([content, Buffer.from('\n')])));
    for (const framing of ['length', 'netstring']) {
      const same = await run(['ask', 'localhost', echo.port, '--framing', framing, '--file', join(folder, 'file')]);
      expect(digest(same.stdout)).toBe(digest(content));
    }
    const numbers = Array.from({ length: 100 }, (_, at) => `${at + 1}\n`).join('');
    for (const options of [[], ['--pipeline', '32']]) {
      const { stdout } = await run(['ask', 'localhost', echo.port, '--count', '1..100', ...options]);
      expect(stdout.toString()).toBe(numbers);
    }
    const several = await run(['ask', 'localhost', echo.port, '-m', 'one\ntwo', '-m', '']);
    expect(several.stdout.toString()).toBe('one\ntwo\n\n');
  });

  test('piped lines are asked in order, each once, until exit; bytes stay as they are', async () => {
    const echo = await server('echo', '-q');
    const lines = Buffer.from('first\r\n\n\xff\x00raw\nlast\nexit\nnever\n', 'latin1');
    const { stdout, status } = await run(['ask', 'localhost', echo.port], lines);
    expect(stdout.equals(lines.subarray(0, lines.indexOf('exit')))).toBe(true);
    expect(status).toBe(0);
  });

  test('a last reply that only the end of the stream ends is a reply', async () => {
    const answering = net.createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end('no newline'));
    });
    onTestFinished(() => void answering.close());
    await once(answering.listen(0, '127.0.0.1'), 'listening');
    const { port } = answering.address() as net.AddressInfo;
    const at = ['127.0.0.1', String(port)];
    expect(await run(['ask', ...at, '-m', 'one'])).toMatchObject({ status: 0, stdout: Buffer.from('no newline\n') });
    const { status, stderr } = await run(['ask', ...at, '-m', 'one', '-m', 'two']);
    expect(stderr).toMatch(/^wireline: \S+ closed before it had answered a message\n$/);
    expect(status).toBe(1);
  });

  test.each(['length', 'netstring', 'lines'])('%s framing, with a transform', async (framing) => {
    const transform = await server('transform', '-q', '--with', 'upper', '--framing', framing);
    const { stdout } = await run(
      ['ask', 'localhost', transform.port, '--framing', framing, '--pipeline', '4'],
      'a\nbé\n\nc',
    );
    expect(stdout.toString()).toBe('A\nBÉ\n\nC\n');
  });

  test('64 MiB from a client that sends everything before it reads', { timeout: 60_000 }, async () => {
    const echo = await server('echo', '-q', '--buffer', '65MiB');
    const client = plain(echo.port);
    const content = Buffer.alloc(64 * 1024 * 1024, 'all before reading ');
    client.end(content);
    await once(client, 'finish');
    const chunks: Buffer[] = [];
    for await (const chunk of client) chunks.push(chunk as Buffer);
    expect(digest(Buffer.concat(chunks))).toBe(digest(content));
  });

  test('500 connections at once, 100 rounds of random pieces', { timeout: 120_000 }, async () => {
    const echo = await server('echo', '-q');
    const pool = randomBytes(64 * 1024);
    const piece = () => {
      const from = Math.floor(Math.random() * 60_000);
      return pool.subarray(from, from + 1 + Math.floor(Math.random() * 300));
    };
    await Promise.all(
      Array.from({ length: 500 }, async () => {
        const socket = plain(echo.port);
        for (let round = 0; round < 100; round++) {
          const sent = piece();
          socket.write(sent);
          if (!(await take(socket, sent.length)).equals(sent)) throw new Error('other bytes came back');
        }
        socket.end();
      }),
    );
  });

  test('characters across every boundary, an empty line, and bytes without a newline at once', async () => {
    const echo = await server('echo', '-q');
    const socket = plain(echo.port);
    const text = Buffer.from('añ🦊\n');
    for (let at = 1; at < text.length; at++) {
      socket.write(text.subarray(0, at));
      const first = await take(socket, at);
      socket.write(text.subarray(at));
      expect(Buffer.concat([first, await take(socket, text.length - at)]).equals(text)).toBe(true);
    }
    socket.write('\n');
    expect((await take(socket, 1)).toString()).toBe('\n');
  });
});

describe('a module of the user', () => {
  test('that throws, loops or ends harms its own message and nobody else', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wireline-module-'));
    onTestFinished(() => removeFolder(folder));
    writeFileSync(
      join(folder, 'bad.mjs'),
      `export default async (m) => {
        console.log('printed');
        if (m === 'throw') throw new Error('no way');
        if (m === 'loop') for (;;);
        if (m === 'leave') process.exit(3);
        if (m === 'never') return new Promise(() => {});
        if (m === 'null') return null;
        if (m === 'throw null') throw null;
        if (m === 'reject') return Promise.reject();
        return m + '?';
      };`,
    );
    const transform = await server(
      'transform',
      '-q',
      '--with',
      join(folder, 'bad.mjs'),
      '--deadline',
      '2s',
      '--workers',
      '2',
    );
    const bad = run(
      ['ask', 'localhost', transform.port, '--pipeline', '8'],
      'throw\nthrow null\nreject\nloop\na\nleave\nb\nnever\nnull\n',
    );
    const good = run(['ask', 'localhost', transform.port, '--count', '1..50']);
    expect((await good).stdout.toString()).toBe(Array.from({ length: 50 }, (_, at) => `${at + 1}?\n`).join(''));
    expect((await bad).stdout.toString()).toBe(
      [
        'error: no way',
        'error: the transform threw null',
        'error: the transform threw undefined',
        'error: no reply within 2000 ms',
        'a?',
        'error: the transform ended its thread',
        'b?',
        'error: no reply within 2000 ms',
        'error: the transform gave null and not text or bytes',
        '',
      ].join('\n'),
    );
    const { stdout, status } = await transform.stop();
    expect(stdout.length).toBe(0);
    expect(status).toBe(0);
  });

  test.each([
    ['leaves a thread to the others', '2', (_bad: net.Socket) => {}],
    ['and is gone leaves all', '1', (bad: net.Socket) => void bad.resetAndDestroy()],
  ])('a client that sends many which loop %s', { timeout: 60_000 }, async (_what, workers, leave) => {
    const folder = mkdtempSync(join(tmpdir(), 'wireline-module-'));
    onTestFinished(() => removeFolder(folder));
    const module = join(folder, 'loop.mjs');
    writeFileSync(module, "export default (m) => { if (m === 'loop') for (;;); return m + '?'; };");
    const transform = await server('transform', '--with', module, '--deadline', '1s', '--workers', workers);
    const bad = plain(transform.port);
    bad.write('loop\n'.repeat(20));
    expect(String(await take(bad, 5))).toBe('error');
    leave(bad);
    const { stdout, ms } = await run(['ask', 'localhost', transform.port, '--count', '1..3']);
    expect(stdout.toString()).toBe('1?\n2?\n3?\n');
    // The others have to wait for one of the loops at most, and not for 19.
    expect(ms).toBeLessThan(5000);
  });

  test('in TypeScript, where Node loads it, and else one line that says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wireline-module-'));
    onTestFinished(() => removeFolder(folder));
    writeFileSync(join(folder, 'typed.ts'), "export default (message: string): string => message + '!';");
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major > 22 || (major === 22 && minor >= 18)) {
      const transform = await server('transform', '-q', '--with', join(folder, 'typed.ts'));
      expect((await run(['ask', 'localhost', transform.port, '-m', 'hi'])).stdout.toString()).toBe('hi!\n');
    } else {
      const { stderr, status } = await run(['serve', 'transform', '--with', join(folder, 'typed.ts'), '0']);
      expect(stderr).toMatch(/cannot load TypeScript; 22\.18 and newer can\n$/);
      expect(status).toBe(2);
    }
  });
});

describe('signals', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a server within a second, with clients connected',
    async (signal) => {
      for (const service of [['echo'], ['sink'], ['transform', '--with', 'upper'], ['relay'], ['files', 'docs']]) {
        const serving = await server(...service);
        plain(serving.port);
        const stopped = plain(serving.port);
        stopped.write('in mid-li');
        const deaf = plain(serving.port).pause();
        for (let at = 0; at < 20; at++) deaf.write(Buffer.alloc(1024 * 1024, 'd'));
        await serving.says(/connected[\s\S]*connected[\s\S]*connected/);
        const began = performance.now();
        const { status } = await serving.stop(signal);
        expect(status).toBe(0);
        expect(performance.now() - began).toBeLessThan(2000);
        const again = new Cli(['serve', 'echo', '-q', serving.port]);
        await again.says(/listening/);
        expect((await again.stop()).status).toBe(0);
      }
    },
  );

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends a client with %i, and the server takes nothing for whole', async (signal, wanted) => {
    const sink = await server('sink');
    const sending = new Cli(['send', 'localhost', sink.port]);
    sending.child.stdin?.write(Buffer.alloc(2_000_000, 'half'));
    await sink.prints(/half/);
    expect((await sending.stop(signal)).status).toBe(wanted);
    await sink.says(/closed \(reset/);
    await sink.stop();
    for (const command of [['ask'], ['connect'], ['talk']]) {
      const echo = await server('echo');
      const client = new Cli([...command, 'localhost', echo.port]);
      await echo.says(/connected/);
      expect((await client.stop(signal)).status).toBe(wanted);
    }
  });
});
