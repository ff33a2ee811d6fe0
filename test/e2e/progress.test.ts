import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../src/core/index.js';
import { VerifiedReader } from '../../src/framing/index.js';
import { Cli, run, server } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { ifTerminals, noTerminals, Terminal } from '../support/terminal.js';

const MiB = 1024 * 1024;
const size = 64 * MiB;

/** A file of 64 MiB of zeros. */
function large(): string {
  const path = join(folder(), 'large');
  writeFileSync(path, '');
  truncateSync(path, size);
  return path;
}

/** A server that is none of ours. Gives its port. */
async function listening(serve: (socket: net.Socket) => void): Promise<string> {
  const plain = net.createServer({ allowHalfOpen: true }, (socket) => {
    onTestFinished(() => void socket.destroy());
    serve(socket.on('error', () => {}));
  });
  onTestFinished(() => void plain.close());
  await once(plain.listen(0, '127.0.0.1'), 'listening');
  return String((plain.address() as net.AddressInfo).port);
}

/** Something that happens later. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** A files service that has `large` only: it says half of it, and the other half when `rest` is due. */
function halfServer(rest: Promise<void>, drip?: () => void): Promise<string> {
  const content = Buffer.alloc(size);
  const hash = sha256();
  hash.update(content);
  return listening((socket) => {
    socket.once('data', async () => {
      socket.write(`{"get":"large","size":${size},"offset":0,"time":0}\n`);
      socket.write(content.subarray(0, size / 2));
      let at = size / 2;
      const timer = setInterval(() => {
        if (drip && at < size - 1) socket.write(content.subarray(at, ++at));
      }, 20);
      await rest;
      clearInterval(timer);
      socket.write(content.subarray(at));
      socket.write(`{"bytes":${size},"sha256":"${hash.hex()}"}\n`);
    });
  });
}

/** A server that takes a byte, and the rest when `rest` is due; `taken` is given all of it, and its end. */
function slowServer(rest: Promise<void>, taken: (bytes: Buffer | undefined, socket: net.Socket) => void) {
  return listening((socket) => {
    socket.on('data', (bytes) => taken(bytes, socket)).on('end', () => taken(undefined, socket));
    socket.once('data', async () => {
      socket.pause();
      await rest;
      socket.resume();
    });
  });
}

const someOfIt = String.raw`\d\d?% [\d.]+ MiB of 64\.0 MiB, [\d.]+ [KM]?i?B/s, .+ left$`;

describe.skipIf(noTerminals)(`on a terminal there is a bar with rate and time left${ifTerminals}`, () => {
  test('for get', async () => {
    const { opened, open } = gate();
    const terminal = new Terminal(`get 127.0.0.1 ${await halfServer(opened)} large -o "$OUT"`);
    await terminal.shows(/^large =+-+ 50% 32.0 MiB of 64.0 MiB, [\d.]+ [KM]?i?B\/s, .+ left$/m);
    // Nothing has to be restored, whatever stops it.
    expect(['cursor_flag', 'wrap_flag'].map((name) => terminal.variable(name))).toEqual(['1', '1']);
    open();
    expect(await terminal.over()).toEqual({ status: 0, restored: true });
    expect(terminal.screen).toMatch(/^large: 64\.0 MiB, SHA-256 [0-9a-f]{64}\nit is over$/);
    expect(terminal.printed.length).toBe(size);
  });

  test('for put', async () => {
    const { opened, open } = gate();
    let said = '';
    const port = await listening((socket) => {
      const reader = new VerifiedReader(sha256(), () => {});
      socket.once('data', async (line) => {
        said = line.toString();
        socket.pause();
        socket.write('{"put":"large","ready":true}\n');
        await opened;
        socket.on('data', (bytes) => {
          reader.push(bytes);
          if (reader.verdict) socket.end(`{"put":"large",${reader.verdict.slice(1)}\n`);
        });
        socket.resume();
      });
    });
    const terminal = new Terminal(`put 127.0.0.1 ${port} ${large()}`);
    await terminal.shows(new RegExp(`^large =*-+ ${someOfIt}`, 'm'));
    open();
    expect(await terminal.over()).toEqual({ status: 0, restored: true });
    expect(said).toMatch(/^\{"put":"large","replace":false,"mode":"644","time":[\d.]+\}\n$/);
    expect(terminal.screen).toMatch(/^large: 64\.0 MiB sent, SHA-256 [0-9a-f]{64}\nit is over$/);
  });

  test('for send, of files and of a file on stdin', async () => {
    for (const words of [`PORT ${large()}`, `PORT < ${large()}`]) {
      const { opened, open } = gate();
      let taken = 0;
      const port = await slowServer(opened, (bytes, socket) => {
        taken += bytes?.length ?? 0;
        if (!bytes) socket.end();
      });
      const terminal = new Terminal(`send 127.0.0.1 ${words.replace('PORT', port)}`);
      await terminal.shows(new RegExp(`^=*-+ ${someOfIt}`, 'm'));
      open();
      expect(await terminal.over()).toEqual({ status: 0, restored: true });
      expect(terminal.screen).toBe('it is over');
      expect(taken).toBe(size);
    }
  });

  test('and of a pipe, whose end nobody knows, how much and how fast', async () => {
    const { opened, open } = gate();
    const port = await slowServer(opened, (bytes, socket) => void (bytes ?? socket.end()));
    const terminal = new Terminal(`send 127.0.0.1 ${port}`, 'head -c 64M /dev/zero | ');
    await terminal.shows(/^[\d.]+ [KM]iB, [\d.]+ [KM]?i?B\/s$/m);
    open();
    expect(await terminal.over()).toEqual({ status: 0, restored: true });
    expect(terminal.screen).toBe('it is over');
  });

  test('that is taken away when it is interrupted', async () => {
    const { opened } = gate();
    const terminal = new Terminal(`get 127.0.0.1 ${await halfServer(opened)} large -o "$OUT"`);
    await terminal.shows(/^large =+-+ 50%/m);
    terminal.press('C-c');
    expect(await terminal.over()).toEqual({ status: 130, restored: true });
    expect(terminal.screen).toMatch(
      /^(\^C)?\n?wireline: [\d.]+ MiB stay in .+: the\n?\s?next get goes on from there\nit is over$/,
    );
  });

  test('and the line of each file of a folder stays', async () => {
    const path = folder();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(path, name), name);
    const files = await server('files', path, '-q');
    const terminal = new Terminal(`get localhost ${files.port} . -o "$OUT"`);
    expect(await terminal.over()).toEqual({ status: 0, restored: true });
    expect(terminal.screen).toMatch(/^a: 1 B, .+\nb: 1 B, .+\nc: 1 B, .+\nit is over$/);
  });
});

test('in a pipe there is none', async () => {
  const path = folder();
  const files = await server('files', path, '--writable', '-q');
  const sink = await server('sink', '-q');
  const file = large();
  const line = expect.stringMatching(/^large: 64\.0 MiB( sent)?, SHA-256 [0-9a-f]{64}\n$/);
  expect(await run(['put', 'localhost', files.port, file])).toMatchObject({ status: 0, stderr: line });
  const to = join(folder(), 'large');
  expect(await run(['get', 'localhost', files.port, 'large', '-o', to])).toMatchObject({ status: 0, stderr: line });
  expect(await run(['send', 'localhost', sink.port, file])).toMatchObject({ status: 0, stderr: '' });
  const quiet = await run(['get', 'localhost', files.port, 'large', '-q', '--force', '-o', to]);
  expect(quiet).toMatchObject({ status: 0, stderr: '' });
});

describe('--json', () => {
  test('prints progress, and then what was done, each an object on a line', async () => {
    const { opened, open } = gate();
    const to = join(folder(), 'large');
    const cli = new Cli(['get', '--json', '127.0.0.1', await halfServer(opened, () => {}), 'large', '-o', to]);
    await cli.prints(/progress.*\n/);
    open();
    const { stdout, stderr, status } = await cli.done;
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const lines = stdout.toString().trimEnd().split('\n');
    const [first, ...more] = lines.map((line) => JSON.parse(line));
    expect(first).toEqual({ progress: 'large', bytes: expect.any(Number), size });
    expect(more.at(-1)).toEqual({ path: 'large', bytes: size, resumed: 0, sha256: expect.stringMatching(/^\w{64}$/) });
    expect(readFileSync(to).length).toBe(size);
  });

  test('of what comes from a pipe has no size, and goes to stderr where stdout is payload', async () => {
    const path = folder();
    const files = await server('files', path, '--writable', '-q');
    const cli = new Cli(['put', '--json', 'localhost', files.port, '-', '--name', 'piped']);
    const timer = setInterval(() => cli.child.stdin?.write('x'), 20);
    await cli.prints(/progress.*\n/);
    clearInterval(timer);
    cli.child.stdin?.end();
    const [first, ...more] = (await cli.done).stdout.toString().trimEnd().split('\n');
    expect(JSON.parse(first ?? '')).toEqual({ progress: 'piped', bytes: expect.any(Number) });
    expect(JSON.parse(more.at(-1) ?? '')).toMatchObject({ path: 'piped', sha256: expect.any(String) });
    const got = await run(['get', '--json', '-q', 'localhost', files.port, 'piped', '-']);
    expect(got.stdout.toString()).toMatch(/^x+$/);
    expect(JSON.parse(got.stderr)).toMatchObject({ path: 'piped', bytes: got.stdout.length });
  });

  test('lists a folder, an object on a line', async () => {
    const path = folder();
    writeFileSync(join(path, 'a'), 'AAA');
    const files = await server('files', path, '-q');
    const { stdout } = await run(['ls', '--json', 'localhost', files.port]);
    expect(JSON.parse(stdout.toString())).toEqual({
      name: 'a',
      type: 'file',
      size: 3,
      time: expect.any(Number),
      mode: 0o644,
    });
  });
});
