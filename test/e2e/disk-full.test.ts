import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { noise } from '../support/bytes.js';
import { Cli, digest, type Run, run, server, until } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { smallDisk, usedOn, whyNoDisk } from '../support/small-disk.js';

const MiB = 1024 * 1024;
const noDisk = whyNoDisk();
const skipped = noDisk ? ` (skipped: ${noDisk})` : '';

/** A folder that a server has: a large file, a small one, and a tree of both. */
function served(): string {
  const path = folder();
  mkdirSync(join(path, 'tree'));
  for (const name of ['large', 'tree/b large']) writeFileSync(join(path, name), noise(8 * MiB));
  for (const name of ['small', 'tree/a small']) writeFileSync(join(path, name), 'small');
  return path;
}

/** A write may find the connection gone before a read does. */
const cutOff = /^wireline: .*(reset|the other end is gone)/;

function expectOneLine({ stderr, status }: Run, line: RegExp): void {
  expect(stderr).toMatch(line);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(status).toBe(1);
}

describe.skipIf(noDisk !== undefined)(`a full disk${skipped}`, () => {
  test('under get: nothing of the file stays, and the next client is served', async () => {
    const serving = await server('files', served());
    const disk = smallDisk('size=2m');
    const target = join(disk, 'large');
    const failed = await run(['get', 'localhost', serving.port, 'large', '-o', target]);
    expectOneLine(failed, /^wireline: cannot write \S+\/large: no space left \(ENOSPC\)\n$/);
    expect(readdirSync(disk)).toEqual([]);
    expect(usedOn(disk)).toBe(0);
    await serving.says(/closed \(reset.*\n/);
    const tree = await run(['get', 'localhost', serving.port, 'tree', '-o', join(disk, 'tree'), '-q']);
    expectOneLine(tree, /^wireline: cannot write \S+\/b large: no space left \(ENOSPC\)\n$/);
    expect(readdirSync(join(disk, 'tree'))).toEqual(['a small']);
    expect((await run(['get', 'localhost', serving.port, 'small', '-o', join(disk, 'small')])).status).toBe(0);
    expect(readFileSync(join(disk, 'small'), 'utf8')).toBe('small');
  });

  test('under get --force: what was there before stays as it was', async () => {
    const serving = await server('files', served(), '-q');
    const disk = smallDisk('size=2m');
    writeFileSync(join(disk, 'large'), 'old');
    const failed = await run(['get', 'localhost', serving.port, 'large', '--force', '-o', join(disk, 'large')]);
    expectOneLine(failed, /no space left/);
    expect(readdirSync(disk)).toEqual(['large']);
    expect(readFileSync(join(disk, 'large'), 'utf8')).toBe('old');
  });

  test('that has no room for another name, under get, put and --into', async () => {
    const disk = smallDisk('size=2m,nr_inodes=1');
    const serving = await server('files', served());
    const got = await run(['get', 'localhost', serving.port, 'small', '-o', join(disk, 'small')]);
    expectOneLine(got, /^wireline: cannot write \S+\/small: no space left \(ENOSPC\)\n$/);
    const full = await server('files', disk, '--writable');
    const put = await run(['put', 'localhost', full.port, '-', '--name', 'small'], 'small');
    expectOneLine(put, /^wireline: small cannot be written there: no space left \(ENOSPC\)\n$/);
    // Room for the part, and none for its name.
    const oneFile = smallDisk('size=2m,nr_inodes=2');
    const sink = await server('sink', '--into', oneFile);
    expectOneLine(await run(['send', 'localhost', sink.port], 'small'), cutOff);
    await sink.says(/closed \(output: no space left \(ENOSPC\)\)/);
    expect(readdirSync(oneFile)).toEqual([]);
  });

  test('under put: both ends say so, and nothing of the file stays', async () => {
    const disk = smallDisk('size=2m');
    const serving = await server('files', disk, '--writable');
    const local = join(served(), 'large');
    for (const force of [[], ['--force']]) {
      const failed = await run(['put', 'localhost', serving.port, local, ...force]);
      expectOneLine(failed, /^wireline: large cannot be written there: no space left \(ENOSPC\)\n$/);
      await until(() => usedOn(disk) === (force.length ? 4096 : 0), 'the space is free');
      expect(readdirSync(disk)).toEqual(force.length ? ['large'] : []);
      if (force.length === 0) {
        const small = await run(['put', 'localhost', serving.port, '-', '--name', 'large'], 'small');
        expect(small.status).toBe(0);
      }
    }
    await serving.says(
      /closed \(refused: no space left \(ENOSPC\)\)[\s\S]*closed \(refused: no space left \(ENOSPC\)\)/,
    );
    expect(readFileSync(join(disk, 'large'), 'utf8')).toBe('small');
    expect(serving.stderr).not.toContain('.part');
  });

  test('under serve sink --into: the sender is cut, and the next one is taken', async () => {
    const disk = smallDisk('size=2m');
    const sink = await server('sink', '--into', disk);
    const failed = await run(['send', 'localhost', sink.port], noise(8 * MiB));
    expectOneLine(failed, cutOff);
    await sink.says(/closed \(output: no space left \(ENOSPC\)\)/);
    expect(readdirSync(disk)).toEqual([]);
    expect(usedOn(disk)).toBe(0);
    expect((await run(['send', 'localhost', sink.port], 'small')).status).toBe(0);
    expect(readdirSync(disk)).toEqual(['message-000001']);
    expect((await sink.stop()).status).toBe(0);
  });

  test('under the spool of serve sink: who waits is slowed, and nothing is lost', { timeout: 60_000 }, async () => {
    const disk = smallDisk('size=1m');
    const sink = new Cli(['serve', 'sink', '-q', '0'], { env: { TMPDIR: disk } });
    const [, port = ''] = await sink.says(/listening on \S*:(\d+)/);
    const first = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void first.destroy());
    const closed = once(first.resume(), 'close');
    first.write(Buffer.alloc(2 * MiB, 'a'));
    await until(() => sink.stdout.length === 2 * MiB, 'the first streams');
    const message = noise(6 * MiB);
    const sending = [1, 2].map(() => run(['send', 'localhost', port], message));
    // tmpfs keeps no page for itself: nothing more fits.
    await until(() => usedOn(disk) >= MiB, 'the disk of the spool is full');
    first.end('end');
    expect((await Promise.all(sending)).map(({ status }) => status)).toEqual([0, 0]);
    await closed;
    const { stdout, status } = await sink.stop();
    expect(status).toBe(0);
    expect(stdout.length).toBe(14 * MiB + 3);
    expect(digest(stdout.subarray(2 * MiB + 3))).toBe(digest(Buffer.concat([message, message])));
    expect(usedOn(disk)).toBe(0);
  });

  test('under a stdout that is a file: the server says so and ends, and so does its client', async () => {
    const fd = openSync(join(smallDisk('size=2m'), 'out'), 'w');
    onTestFinished(() => closeSync(fd));
    const sink = new Cli(['serve', 'sink', '-q', '0'], { stdout: fd });
    const [, port = ''] = await sink.says(/listening on \S*:(\d+)/);
    expectOneLine(await run(['send', 'localhost', port], noise(8 * MiB)), /^wireline: /);
    const { stderr, status } = await sink.done;
    expect(stderr).toMatch(/^Server is listening.*\nwireline: cannot write to stdout: no space left \(ENOSPC\)\n/);
    expect(status).toBe(1);
  });
});

test.skipIf(process.platform !== 'linux').each([['text'], ['json']])(
  'a log (%s) that the disk has no room for ends no server',
  async (format) => {
    const path = join(folder(), 'socket');
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const echo = new Cli(['serve', 'echo', '--log', format, `unix:${path}`], { stderr: full });
    await until(() => existsSync(path) || echo.child.exitCode !== null, 'it listens');
    for (let asked = 0; asked < 3; asked++) {
      expect(await run(['ask', `unix:${path}`, '-m', 'hello'])).toMatchObject({ status: 0, stderr: '' });
    }
    expect((await echo.stop()).status).toBe(0);
  },
);

describe.skipIf(process.platform !== 'linux')('/dev/full as stdout is one line and status 1', () => {
  const line = /^wireline: cannot write to stdout: no space left \(ENOSPC\)\n$/;

  function intoFull(args: string[], input = ''): Promise<Run> {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const cli = new Cli(args, { stdout: full });
    cli.child.stdin?.end(input);
    return cli.done;
  }

  test.each(['--help', '--version', 'serve files --help'])('of %s', async (words) => {
    expectOneLine(await intoFull(words.split(' ')), line);
  });

  test('of get, ls and --json, and the server goes on', async () => {
    const path = served();
    const serving = await server('files', path, '--writable');
    const at = ['localhost', serving.port];
    const into = join(folder(), 'got');
    for (const args of [
      ['get', ...at, 'large', '-'],
      ['get', ...at, 'small', '-'],
      ['get', ...at, 'small', '--json', '-o', into],
      ['ls', ...at],
      ['ls', ...at, '--json'],
      ['put', ...at, join(path, 'small'), '--name', 'new', '--json'],
    ]) {
      expectOneLine(await intoFull(args), line);
    }
    expect((await run(['get', ...at, 'small', '-'])).stdout.toString()).toBe('small');
  });

  test('of ask and connect, and the server goes on', async () => {
    const echo = await server('echo', '-q');
    for (const command of ['ask', 'connect']) {
      expectOneLine(await intoFull([command, 'localhost', echo.port], 'hello\n'), line);
    }
    expect((await run(['ask', 'localhost', echo.port], 'hello\n')).stdout.toString()).toBe('hello\n');
  });

  test('of announce and serve order', async () => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const order = new Cli(['serve', 'order', '-q', '0'], { stdout: full });
    const [, port = ''] = await order.says(/listening on \S*:(\d+)/);
    expectOneLine(await intoFull(['announce', 'localhost', port, '--name', 'Ann']), line);
    await Promise.all([1, 2].map(() => run(['announce', 'localhost', port, '--name', 'Bob'])));
    const { stderr, status } = await order.done;
    expect(stderr).toMatch(/\nwireline: cannot write to stdout: no space left \(ENOSPC\)\n$/);
    expect(status).toBe(1);
  });
});
