import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import net from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fileTarget } from '../../src/features/files/client/file-target.js';
import { servedTree } from '../../src/features/files/tree/served-tree.js';
import { Cli, digest, run, server } from '../support/cli.js';
import { folder } from '../support/folder.js';

const size = 100_000;

/** A server whose file is of the letter `a`, and that sends its second half when it is told to. */
async function haltingServer() {
  let goOn = () => {};
  const halting = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(`{"get":"x","size":${size},"offset":0,"time":0}\n${'a'.repeat(size / 2)}`);
      goOn = () => {
        const sha256 = digest(Buffer.alloc(size, 'a'));
        socket.write(`${'a'.repeat(size / 2)}${JSON.stringify({ bytes: size, sha256 })}\n`);
      };
    });
  });
  onTestFinished(() => void halting.close());
  await new Promise<void>((resolve) => halting.listen(0, '127.0.0.1', resolve));
  return { port: String((halting.address() as net.AddressInfo).port), goOn: () => goOn() };
}

// What tells two downloads apart is of Linux.
describe.skipIf(process.platform !== 'linux')('two that get into one name at a time', () => {
  test('do not write into one another: each puts its own there, whole', async () => {
    const [there, here] = [folder(), folder()];
    writeFileSync(join(there, 'x'), Buffer.alloc(size, 'b'));
    const wanted = join(here, 'x');
    const halting = await haltingServer();
    const first = new Cli(['get', '-q', '--force', '127.0.0.1', halting.port, 'x', '-o', wanted]);
    const part = join(here, '.wireline-get-x.part');
    await expect.poll(() => readdirSync(here).length && readFileSync(part).length, { timeout: 10_000 }).toBe(size / 2);
    const files = await server('files', there, '-q');
    const second = await run(['get', '-q', '--force', 'localhost', files.port, 'x', '-o', wanted]);
    expect(second).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(wanted).equals(Buffer.alloc(size, 'b'))).toBe(true);
    halting.goOn();
    expect(await first.done).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(wanted).equals(Buffer.alloc(size, 'a'))).toBe(true);
    expect(readdirSync(here)).toEqual(['x']);
  });

  test('and the part that stays is that of the first', async () => {
    const here = folder();
    const wanted = join(here, 'x');
    const first = fileTarget(wanted);
    first.write(Buffer.from('first'));
    const second = fileTarget(wanted);
    expect(second.offset).toBe(0);
    second.write(Buffer.from('second, and longer'));
    second.keep();
    first.keep();
    expect(readdirSync(here)).toEqual(['.wireline-get-x.part']);
    const [again, late] = [fileTarget(wanted), fileTarget(wanted)];
    expect(again).toMatchObject({ offset: 5, prefix: digest(Buffer.from('first')) });
    await again.finish();
    await expect(late.finish()).rejects.toThrow('exists already');
    late.drop();
    expect(readFileSync(wanted, 'utf8')).toBe('first');
    expect(readdirSync(here)).toEqual(['x']);
  });
});

test('a name of any length has a part', async () => {
  const [there, here] = [folder(), folder()];
  const names = ['n'.repeat(255), 'n'.repeat(240), `${'ñ'.repeat(120)}.txt`];
  for (const name of names) writeFileSync(join(there, name), name);
  const files = await server('files', there, '-q');
  expect(await run(['get', '-q', 'localhost', files.port, '.', '-o', here])).toMatchObject({ status: 0, stderr: '' });
  for (const name of names) expect(readFileSync(join(here, name), 'utf8')).toBe(name);
  expect(readdirSync(here).sort()).toEqual([...names].sort());
});

test('what is no file is not replaced by one', async () => {
  const [there, here] = [folder(), folder()];
  writeFileSync(join(there, 'x'), 'x');
  const files = await server('files', there, '-q');
  const socket = join(here, 's');
  const taken = net.createServer().listen(socket);
  onTestFinished(() => void taken.close());
  for (const more of [[], ['--force']]) {
    expect(await run(['get', 'localhost', files.port, 'x', '-o', socket, ...more])).toMatchObject({
      status: 1,
      stderr: `wireline: ${socket} is no file, and is not replaced: - > ${socket} writes to it\n`,
    });
  }
  expect(readdirSync(here)).toEqual(['s']);
  const folderAsked = await run(['get', 'localhost', files.port, '.', '-']);
  expect(folderAsked).toMatchObject({ status: 1, stderr: expect.stringContaining('is a folder') });
});

test('what a server that was killed has left, the next one removes', async () => {
  const there = folder();
  const killed = await server('files', there, '--writable', '-q');
  const sending = new Cli(['put', 'localhost', killed.port, '-', '--name', 'half']);
  sending.child.stdin?.write('content');
  await expect.poll(() => readdirSync(there).length, { timeout: 10_000 }).toBe(1);
  await killed.stop('SIGKILL');
  expect((await sending.done).status).toBe(1);
  const [left = ''] = readdirSync(there);
  expect(left).toMatch(/^\.wireline-.+\.part$/);
  // Of a process that is there, of another host, and of nobody.
  const others = [left.replace(/-\d+-1-/, `-${process.ppid}-1-`), '.wireline-elsewhere-1-1-x.part', '.wireline-.part'];
  for (const name of others) writeFileSync(join(there, name), '');
  const next = await server('files', there, '--writable', '-q');
  expect(await run(['put', '-q', 'localhost', next.port, '-', '--name', 'whole'], 'content')).toMatchObject({
    status: 0,
  });
  expect(readdirSync(there).sort()).toEqual([...others, 'whole'].sort());
});

test.each([
  ['grows', (path: string) => appendFileSync(path, 'more')],
  ['shrinks', (path: string) => truncateSync(path, 60 * 1024 * 1024)],
  ['is written to', (path: string) => writeSync(openSync(path, 'r+'), 'new')],
] as const)('a file that %s while it is put is an error at both ends, and not there', async (_how, change) => {
  const [there, here] = [folder(), folder()];
  const local = join(here, 'local');
  writeFileSync(local, Buffer.alloc(64 * 1024 * 1024));
  const files = await server('files', there, '--writable');
  // The server's answer comes when the file has been opened and is being read, and the change is made before all is.
  const through = net.createServer((client) => {
    const upstream = net.connect(Number(files.port), '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', () => client.destroy());
    upstream.pipe(client);
    let taken = 0;
    client.on('data', (bytes) => {
      if (taken < size && taken + bytes.length >= size) change(local);
      taken += bytes.length;
      upstream.write(bytes);
    });
    client.on('end', () => upstream.end());
  });
  onTestFinished(() => void through.close());
  await new Promise<void>((resolve) => through.listen(0, '127.0.0.1', resolve));
  const { port } = through.address() as net.AddressInfo;
  expect(await run(['put', '127.0.0.1', String(port), local])).toMatchObject({
    status: 1,
    stderr: `wireline: cannot read ${local}: it changed while it was read\n`,
  });
  await files.says(/closed \(truncated: the stream was cut before its end\)/);
  expect(readdirSync(there)).toEqual([]);
});

test('where a get is to go is looked at before anything is fetched', async () => {
  const [there, here] = [folder(), folder()];
  writeFileSync(join(there, 'x'), 'x');
  writeFileSync(join(here, 'file'), '');
  const files = await server('files', there, '-q');
  const get = (...words: string[]) => run(['get', '-q', 'localhost', files.port, ...words]);
  expect(await get('x', '-o', join(here, 'file', 'x'))).toMatchObject({
    status: 1,
    stderr: `wireline: cannot write ${here}/file/x: is not a folder (ENOTDIR)\n`,
  });
  expect(readdirSync(here)).toEqual(['file']);
  expect(await get('.', '-o', join(here, 'new/'))).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(join(here, 'new'))).toEqual(['x']);
});

test('a file that is got into a folder has its own name there, and a folder is that folder', async () => {
  const [there, here] = [folder(), folder()];
  mkdirSync(join(there, 'sub'));
  for (const name of ['x', 'sub/y']) writeFileSync(join(there, name), name);
  const files = await server('files', there, '-q');
  const get = (name: string, into: string) => run(['get', '-q', 'localhost', files.port, name, '-o', join(here, into)]);
  for (const [name, into] of [
    ['x', ''],
    ['x', 'new/'],
    ['sub', 'copy'],
    ['sub', 'copy'],
    ['sub/y', 'copy2/'],
  ] as const)
    expect(await get(name, into)).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(here, { recursive: true }).sort()).toEqual([
    'copy',
    'copy/y',
    'copy2',
    'copy2/y',
    'new',
    'new/x',
    'x',
  ]);
  expect(await get('x', '')).toMatchObject({
    status: 1,
    stderr: `wireline: ${here}/x exists already: --force replaces it\n`,
  });
});

test('a folder is put as it is, by whatever name it is called, and what is left out is told', async () => {
  const [there, here] = [folder(), folder()];
  mkdirSync(join(here, 'tree', 'empty'), { recursive: true });
  mkdirSync(join(here, 'tree', 'sub'));
  for (const name of ['a', 'longer', 'sub/below']) writeFileSync(join(here, 'tree', name), name);
  symlinkSync('longer', join(here, 'tree', 'link'));
  symlinkSync('..', join(here, 'tree', 'sub', 'up'));
  symlinkSync(there, join(here, 'tree', 'out'));
  execFileSync('mkfifo', [join(here, 'tree', 'fifo')]);
  writeFileSync(join(here, 'tree', '.wireline-get-x.part'), 'a part');
  const files = await server('files', there, '--writable', '-q');
  const cwd = join(here, 'tree');
  for (const [at, named] of ['.', './', '../tree', cwd, '../tree/sub/..'].entries()) {
    const put = spawnSync(
      process.execPath,
      [resolve('dist/cli.cjs'), 'put', '-q', 'localhost', files.port, named, '--name', `put ${at}`],
      { cwd, encoding: 'utf8' },
    );
    expect(put.status, put.stderr).toBe(1);
    expect(put.stderr.replaceAll(/^wireline: \S*?([^/\s]+) is/gm, '$1 is')).toBe(
      '.wireline-get-x.part is left out: it is the part of a file that is not whole yet\n' +
        'fifo is left out: it is no regular file\n' +
        'out is left out: it is a link that leads out of the folder\n' +
        'up is left out: it is a link to a folder that it is in\n',
    );
    const found = readdirSync(join(there, `put ${at}`), { recursive: true });
    expect(found.sort()).toEqual(['a', 'empty', 'link', 'longer', 'sub', 'sub/below']);
    expect(readFileSync(join(there, `put ${at}`, 'sub/below'), 'utf8')).toBe('sub/below');
  }
});

test('a file that is replaced while it is sent is sent as it was', () => {
  const there = folder();
  const served = servedTree(there);
  const opened = () => {
    const file = served.open('x');
    if (file === 'folder') throw new Error('it is a file');
    return file;
  };
  writeFileSync(join(there, 'x'), 'old');
  const linked = opened();
  linkSync(join(there, 'x'), join(there, 'y'));
  expect(linked.changed()).toBe(false);
  const [replaced, written] = [opened(), opened()];
  const next = served.create('x', { replace: true, sync: false });
  next.write(Buffer.from('new'));
  next.finish();
  expect(replaced.changed()).toBe(false);
  expect(Buffer.from(replaced.read(0, 10)).toString()).toBe('old');
  appendFileSync(join(there, 'y'), 'er');
  expect(written.changed()).toBe(true);
  for (const file of [replaced, linked, written]) file.close();
});

test('names and words of the other side do nothing to a terminal', async () => {
  const [there, here] = [folder(), folder()];
  const name = 'a\u001b]0;title\u0007\nb';
  writeFileSync(join(there, name), '');
  const files = await server('files', there, '--writable', '-q');
  const shown = 'a^[]0;title^G^Jb';
  const got = await run(['get', 'localhost', files.port, '.', '-o', here]);
  expect(got).toMatchObject({ status: 0, stderr: expect.stringMatching(/^a\^\[]0;title\^G\^Jb: 0 B, SHA-256 \w+\n$/) });
  const put = await run(['put', 'localhost', files.port, here, '--name', 'back']);
  expect(put.stderr.startsWith(`back/${shown}: 0 B sent`), put.stderr).toBe(true);
  const hostile = net.createServer((socket) => socket.end('{"error":"no \\u001b[31mred"}\n'));
  onTestFinished(() => void hostile.close());
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  const { port } = hostile.address() as net.AddressInfo;
  expect((await run(['ls', '127.0.0.1', String(port)])).stderr).toBe('wireline: no ^[[31mred\n');
});
