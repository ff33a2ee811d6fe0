import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cli, run, server, until } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { plainClient } from '../support/program.js';

const linux = process.platform === 'linux';
const root = process.getuid?.() === 0;

/** A client that sends requests and is told how the answers, one after the other, go on. */
async function requesting(port: string): Promise<(requests: object[]) => Promise<string>> {
  const socket = net.connect(Number(port), '127.0.0.1').setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return async (requests) => {
    // The last request has an answer that no other has.
    socket.write([...requests, { get: '' }].map((request) => `${JSON.stringify(request)}\n`).join(''));
    let heard = '';
    while (!heard.endsWith('{"folder":""}\n')) heard += (await once(socket, 'data'))[0];
    return heard;
  };
}

describe('what is outside', () => {
  /** Lays ways out of a folder; gives their names. */
  function waysOut(path: string, outside: string): string[] {
    mkdirSync(join(path, 'sub', 'deep'), { recursive: true });
    symlinkSync(outside, join(path, 'link'));
    symlinkSync('link', join(path, 'link to link'));
    symlinkSync('../../link', join(path, 'sub', 'deep', 'nested'));
    symlinkSync(join('..', '..', '..', '..', '..', '..', '..', outside, 'secret'), join(path, 'relative'));
    symlinkSync('loop', join(path, 'loop'));
    symlinkSync('/proc/self/environ', join(path, 'environ'));
    symlinkSync('/dev/stdin', join(path, 'stdin'));
    const links = ['link/secret', 'link to link/secret', 'sub/deep/nested/secret', 'relative', 'loop', 'loop/x'];
    const paths = ['..', '../', '/', '//', '/etc/passwd', 'sub/..', 'sub/../../secret', 'sub//deep', './sub', 'sub/.'];
    const encoded = ['%2e%2e/secret', '..%2fsecret', '%2e%2e%2fsecret', '..\\secret', '\u2025/secret', 'c:\\x', '\\..'];
    const zeros = ['sub\0', '../secret\0', '\0', 'sub/deep\0/../..'];
    return [...links, 'environ', 'stdin', ...paths, ...encoded, ...zeros, 'sub/.wireline-1-1-x.part'];
  }

  test('is refused in the words for what is not there, by every way', async () => {
    const [path, outside] = [folder(), folder()];
    writeFileSync(join(outside, 'secret'), 'SECRET');
    const names = waysOut(path, outside);
    writeFileSync(join(path, 'sub', '.wireline-1-1-x.part'), 'half');
    const { port } = await server('files', path, '--writable', '-q');
    const gets = await requesting(port);
    for (const name of names) {
      expect(await plainClient(Number(port), `${name}\n`), name).toBe('error: no such file here\n');
      const heard = await gets([{ get: name }, { list: name }]);
      expect(heard.split('\n').slice(0, 2), name).toEqual(Array(2).fill('{"error":"no such file here"}'));
    }
    for (const name of ['link/new', 'link to link/new', 'sub/deep/nested/new', '../new', '/tmp/new', 'new\0']) {
      const put = await run(['put', 'localhost', port, '-', '--force', '--name', name.replace('\0', '')], 'x');
      if (!name.includes('\0')) expect(put, name).toMatchObject({ status: 1, stderr: 'wireline: no such file here\n' });
    }
    // Nor is anything left where it was to be.
    const into = folder();
    const got = await run(['get', 'localhost', port, 'link/secret', '-o', join(into, 'secret')]);
    expect(got).toMatchObject({ status: 1, stderr: 'wireline: no such file here\n' });
    expect(readdirSync(into)).toEqual([]);
    expect(readdirSync(outside)).toEqual(['secret']);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET');
  });

  /** Swaps what names mean, from inside of the folder to outside and back, as fast as it can. */
  const swapping = `
    const { renameSync, symlinkSync, writeFileSync, linkSync } = require('node:fs');
    const [path, outside] = process.argv.slice(1);
    process.chdir(path);
    const point = (name, to) => { symlinkSync(to, 'next'); renameSync('next', name); };
    for (let at = 0; ; at++) {
      point('way', outside);
      point('file', outside + '/name');
      // A folder cannot be replaced by a link at once: it is out of the way for a moment.
      renameSync('folder', 'away'); symlinkSync(outside, 'folder');
      point('way', 'inside');
      linkSync('inside/name', 'next'); renameSync('next', 'file');
      renameSync('folder', 'gone'); renameSync('away', 'folder');
      require('node:fs').unlinkSync('gone');
      if (at === 0) console.log('swapping');
    }`;

  test.skipIf(!linux)('is never served while links are swapped in', { timeout: 60_000 }, async () => {
    const [path, outside] = [folder(), folder()];
    for (const name of ['inside', 'folder']) mkdirSync(join(path, name));
    for (const name of ['inside/name', 'folder/name', 'file']) writeFileSync(join(path, name), 'INSIDE');
    symlinkSync('inside', join(path, 'way'));
    for (const name of ['name', 'hidden']) writeFileSync(join(outside, name), 'OUTSIDE');
    const { port } = await server('files', path, '--writable', '-q');
    const swapper = spawn(process.execPath, ['-e', swapping, path, outside]);
    onTestFinished(() => void swapper.kill('SIGKILL'));
    await once(swapper.stdout, 'data');
    const ask = await requesting(port);
    const gets = ['way/name', 'file', 'folder/name'].map((name) => ({ get: name, hash: false }));
    const lists = ['way', 'folder'].map((name) => ({ list: name }));
    const batch = Array.from({ length: 40 }, () => [...gets, ...lists]).flat();
    let heard = '';
    const seen = (words: string) => heard.split(words).length - 1;
    for (let at = 0; at < 10 || seen('INSIDE') < 100 || seen('no such file') < 100; at++) {
      heard += await ask(batch);
      const put = await run(['put', 'localhost', port, '-', '--name', `way/put ${at}`], 'put');
      expect([0, 1]).toContain(put.status);
    }
    expect(swapper.exitCode).toBeNull();
    expect(heard).not.toContain('OUTSIDE');
    expect(heard).not.toContain('hidden');
    expect(readdirSync(outside).sort()).toEqual(['hidden', 'name']);
  });
});

describe('what is no file', () => {
  test.skipIf(!linux)('is not served, is not listed, and holds nobody up', async () => {
    const path = folder();
    writeFileSync(join(path, 'file'), 'file');
    execFileSync('mkfifo', [join(path, 'fifo')]);
    symlinkSync('fifo', join(path, 'link to fifo'));
    const socket = net.createServer().listen(join(path, 'socket'));
    onTestFinished(() => void socket.close());
    await once(socket, 'listening');
    const devices = root ? ['zero', 'tty', 'block'] : [];
    if (root) {
      execFileSync('mknod', [join(path, 'zero'), 'c', '1', '5']);
      execFileSync('mknod', [join(path, 'tty'), 'c', '5', '0']);
      execFileSync('mknod', [join(path, 'block'), 'b', '7', '99']);
    }
    const { port } = await server('files', path, '--writable', '-q');
    for (const name of ['fifo', 'link to fifo', 'socket', ...devices]) {
      expect(await plainClient(Number(port), `${name}\n`), name).toBe('error: no such file here\n');
    }
    expect((await run(['ls', 'localhost', port, '--json'])).stdout.toString()).toMatch(/^\{"name":"file".*\n$/);
    const into = join(folder(), 'all');
    expect((await run(['get', 'localhost', port, '.', '-o', into])).status).toBe(0);
    expect(readdirSync(into)).toEqual(['file']);
    const put = await run(['put', 'localhost', port, '-', '--name', 'fifo'], 'x');
    expect(put).toMatchObject({ status: 1, stderr: 'wireline: fifo exists already\n' });
  });
});

test('every name that a file can have goes through, alone and in a tree', { timeout: 60_000 }, async () => {
  const names = [
    ' lead',
    'trail ',
    'a\nb',
    'back\\slash',
    '..\\..\\up',
    'tab\t',
    '-dash',
    '--force',
    '%2e%2e',
    '~',
    '$HOME',
    '*',
    '"',
    "it's",
    'ñ 🦊',
  ];
  const accents = ['\u00e9', 'e\u0301'];
  const all = [...names, ...accents, '...', '..x', '.hidden', '{"get":"x"}', 'a'.repeat(200), '\u202etxt.exe'].sort();
  const path = folder();
  for (const name of all) writeFileSync(join(path, name), `in ${name}`);
  const { port } = await server('files', path, '--writable', '-q');
  const into = join(folder(), 'tree');
  expect(await run(['get', 'localhost', port, '.', '-o', into, '-q'])).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(into).sort()).toEqual(all);
  for (const name of all) expect(readFileSync(join(into, name), 'utf8')).toBe(`in ${name}`);
  expect(await run(['put', 'localhost', port, into, '--name', 'ba ck', '-q'])).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(join(path, 'ba ck')).sort()).toEqual(all);
  for (const name of ['-dash', '--force', 'a\nb', '{"get":"x"}']) {
    const got = await run(['get', '-q', '-o', '-', '--', 'localhost', port, name]);
    expect(got, name).toMatchObject({ status: 0, stdout: Buffer.from(`in ${name}`) });
    const put = await run(['put', '--name', `ag ain/${name}`, '--', 'localhost', port, join(path, name)]);
    expect(put.status, name).toBe(0);
    expect(readFileSync(join(path, 'ag ain', name), 'utf8')).toBe(`in ${name}`);
  }
});

describe('a file that changes while it is sent is an error at the receiver', () => {
  const size = 64 * 1024 * 1024;
  const changes: [string, RegExp, (path: string) => void][] = [
    ['grows', /changed while it was sent|reset/, (path) => appendFileSync(path, 'more')],
    ['shrinks', /changed while it was sent|reset/, (path) => truncateSync(path, size / 2)],
    ['is emptied', /changed while it was sent|reset/, (path) => truncateSync(path, 0)],
    ['is written to', /changed while it was sent/, (path) => utimesSync(path, 1, 1)],
  ];

  /** Resolves at the first bytes, and reads no more of them. */
  function begun(stream: NodeJS.ReadableStream): Promise<void> {
    return new Promise((resolve) => {
      stream.once('data', () => {
        stream.pause();
        resolve();
      });
    });
  }

  test.each(changes)('one that %s', async (_how, line, change) => {
    const path = folder();
    const file = join(path, 'large');
    writeFileSync(file, '');
    truncateSync(file, size);
    const { port } = await server('files', path, '-q');
    // Until their stdout is read again, they take no more than the buffers on the way. The last one asks as nc does.
    const [hashed, unhashed, plain] = [
      new Cli(['get', 'localhost', port, 'large', '-']),
      new Cli(['get', '--no-hash', 'localhost', port, 'large', '-']),
      new Cli(['connect', 'localhost', port]),
    ] as const;
    plain.child.stdin?.write('large\n');
    const streams = [hashed, unhashed, plain].map(({ child }) => child.stdout as NodeJS.ReadableStream);
    await Promise.all(streams.map(begun));
    change(file);
    for (const stream of streams) stream.resume();
    for (const [client, wanted] of [
      [hashed, line],
      [unhashed, line],
      [plain, /reset/],
    ] as const) {
      const { stderr, status } = await client.done;
      expect(stderr).toMatch(/^wireline: .*\n$/);
      expect(stderr).toMatch(wanted);
      expect(status).toBe(1);
    }
  });

  test('and has no name there', async () => {
    const path = folder();
    const file = join(path, 'large');
    writeFileSync(file, '');
    truncateSync(file, size);
    const { port } = await server('files', path, '-q');
    const into = folder();
    const getting = new Cli(['get', 'localhost', port, 'large', '-o', join(into, 'large')]);
    await until(() => readdirSync(into).length > 0, 'it has begun');
    appendFileSync(file, 'more');
    const { status, stderr } = await getting.done;
    // It may have opened the file only after that.
    if (status === 0) return expect(readFileSync(join(into, 'large')).length).toBe(size + 4);
    expect(stderr).toMatch(/changed while it was sent/);
    expect(readdirSync(into)).toEqual(['.wireline-get-large.part']);
    expect((await run(['get', 'localhost', port, 'large', '-o', join(into, 'large')])).status).toBe(0);
    expect(readFileSync(join(into, 'large')).subarray(size).toString()).toBe('more');
    return undefined;
  });
});
