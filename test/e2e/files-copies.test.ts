import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run, server, serverOn } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { plainClient } from '../support/program.js';
import { serving } from '../support/serving.js';

const umask = process.umask();
const mib = 1024 * 1024;

/** A folder with a script of 2001, a private key, and a sparse file that begins and ends with a hole. */
function sources(): string {
  const there = folder();
  writeFileSync(join(there, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(there, 'run.sh'), 0o755);
  utimesSync(join(there, 'run.sh'), 981158400, 981158400);
  writeFileSync(join(there, 'key'), 'secret', { mode: 0o600 });
  const image = join(there, 'image');
  writeFileSync(image, '');
  truncateSync(image, 8 * mib);
  writeFileSync(image, Buffer.alloc(100_000, 'data'), { flag: 'r+' });
  truncateSync(image, 20 * mib + 5);
  return there;
}

function expectCopies(of: string, at: string): void {
  const stat = (name: string) => statSync(join(at, name));
  expect(stat('run.sh').mode & 0o777).toBe(0o755 & ~umask);
  expect(stat('run.sh').mtimeMs).toBe(981158400_000);
  expect(stat('key').mode & 0o777).toBe(0o600 & ~umask);
  expect(readFileSync(join(at, 'image')).equals(readFileSync(join(of, 'image')))).toBe(true);
  // Blocks of 512 bytes (stat(2)).
  expect(stat('image').blocks * 512).toBeLessThan(mib);
}

test('get and put keep permissions, times and holes', async () => {
  const [there, here, back] = [sources(), folder(), folder()];
  const from = await server('files', there, '-q');
  expect(await run(['get', '-q', 'localhost', from.port, '.', '-o', here])).toMatchObject({ status: 0, stderr: '' });
  expectCopies(there, here);
  const to = await server('files', back, '--writable', '-q');
  expect(await run(['put', '-q', 'localhost', to.port, here, '--name', 'copy'])).toMatchObject({
    status: 0,
    stderr: '',
  });
  expectCopies(there, join(back, 'copy'));
});

test('a sink keeps holes', async () => {
  const [there, into] = [sources(), folder()];
  const sink = await server('sink', '--into', into, '-q');
  expect((await run(['send', '-q', 'localhost', sink.port, join(there, 'image')])).status).toBe(0);
  const saved = join(into, 'message-000001');
  expect(readFileSync(saved).equals(readFileSync(join(there, 'image')))).toBe(true);
  expect(statSync(saved).blocks * 512).toBeLessThan(mib);
});

test('a file never gets more rights than it is sent with, nor any but permissions', async () => {
  const there = folder();
  const port = await serving(there);
  const stream = (name: string, more: string) =>
    Buffer.concat([
      Buffer.from(`{"put":"${name}"${more}}\n`),
      ...[
        'wireline verified stream 1',
        '',
        '{"bytes":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}',
      ].map(frame),
    ]);
  for (const [name, more] of [
    ['a', ',"mode":"400"'],
    ['b', ',"mode":"7777"'],
    ['c', ',"time":1e300'],
    ['d', ',"mode":511,"time":-1'],
  ])
    expect(await plainClient(port, stream(String(name), String(more)))).toMatch(/"ready":true\}\n\{"put":.*"bytes":0/);
  const mode = (name: string) => (statSync(join(there, name)).mode & 0o7777).toString(8);
  expect(mode('a')).toBe('400');
  for (const name of ['b', 'c', 'd']) expect(mode(name)).toBe((0o666 & ~umask).toString(8));
});

function frame(text: string): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(text.length);
  return Buffer.concat([header, Buffer.from(text)]);
}

test('what was put and cut leaves neither the file nor the folders that were made for it', async () => {
  const there = folder();
  mkdirSync(join(there, 'was'));
  const port = await serving(there);
  for (const name of ['p/q/r/f', 'was/new/f']) {
    expect(await plainClient(port, `{"put":"${name}"}\n`)).toMatch(
      /"ready":true\}\n\{"error":"the stream was cut before its end"\}\n$/,
    );
  }
  expect(readdirSync(there, { recursive: true })).toEqual(['was']);
  expect(await plainClient(port, '{"mkdir":"p/q"}\n{"mkdir":"p/q"}\n{"mkdir":"../x"}\n{"put":""}\n')).toBe(
    '{"mkdir":"p/q"}\n{"mkdir":"p/q"}\n{"error":"no such file here"}\n{"error":"a file that is put needs a name"}\n',
  );
  expect(readdirSync(there, { recursive: true }).sort()).toEqual(['p', 'p/q', 'was']);
});

test.skipIf(!existsSync('/proc/self/status'))(
  'a file of /proc, which has no length, is served whole (it needs /proc)',
  async () => {
    const files = await server('files', '/proc/self', '-q');
    const { status, stdout } = await run(['get', '-q', 'localhost', files.port, 'status', '-']);
    expect(status).toBe(0);
    expect(stdout.toString()).toMatch(new RegExp(`^Pid:\\s+${files.child.pid}$`, 'm'));
  },
);

test('parts are neither listed, served, put nor fetched, and links in their place are not followed', async () => {
  const [there, here] = [folder(), folder()];
  for (const name of ['a', '.wireline-get-a.part']) writeFileSync(join(there, name), name);
  writeFileSync(join(here, 'precious'), 'precious');
  symlinkSync('precious', join(here, '.wireline-get-a.part'));
  const files = await server('files', there, '--writable', '-q');
  const command = (word: string, ...words: string[]) => run([word, 'localhost', files.port, ...words]);
  expect((await command('ls')).stdout.toString()).toMatch(/^\s+1 B {2}\S+ \S+ {2}a\n$/);
  for (const [word, ...words] of [
    ['get', '.wireline-get-a.part', '-'],
    ['put', join(there, '.wireline-get-a.part')],
  ] as const)
    expect(await command(word, ...words)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no such file here\n$/),
    });
  expect(await command('get', '-q', 'a', '-o', join(here, 'a'))).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(here).map((name) => [name, readFileSync(join(here, name), 'utf8')])).toEqual([
    ['a', 'a'],
    ['precious', 'precious'],
  ]);
});

/** A server of files that lists `entries`, and has no more. */
async function listing(entries: readonly object[]): Promise<string> {
  const body = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const sha256 = createHash('sha256').update(body).digest('hex');
  const fake = net.createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (bytes) => {
        for (const line of bytes.toString().trimEnd().split('\n')) {
          const { get, list } = JSON.parse(line);
          if (get !== undefined) socket.write(`${JSON.stringify({ folder: get })}\n`);
          else
            socket.write(
              `${JSON.stringify({ list, size: body.length })}\n${body}{"bytes":${body.length},"sha256":"${sha256}"}\n`,
            );
        }
      });
  });
  await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void fake.close());
  return String((fake.address() as net.AddressInfo).port);
}

test('a hostile tree is bounded, and its parts are left out', async () => {
  const here = folder();
  const part = { name: '.wireline-get-x.part', type: 'file', size: 1, time: 1 };
  const left = await run(['get', '--json', 'localhost', await listing([part]), 'tree', '-o', here]);
  expect(left).toMatchObject({ status: 1, stderr: expect.stringMatching(/^wireline: \S+ of tree is left out: /) });
  expect(JSON.parse(left.stdout.toString())).toMatchObject({ leftOut: '.wireline-get-x.part' });
  // Each folder has folders: without a bound it would go on for ever.
  const endless = await listing(
    Array.from({ length: 50 }, (_, at) => ({ name: `f${at}`, type: 'folder', size: 0, time: 1 })),
  );
  expect(
    await run(['get', '--max-files', '120', 'localhost', endless, 'tree', '-o', join(here, 'deep')]),
  ).toMatchObject({
    status: 1,
    stderr: 'wireline: tree has more than 120 files and folders\n',
  });
});

test('a list of a hostile server is shown without harm', async () => {
  const odd = [
    { name: 'old\u009b31m\u202e', type: 'file', size: -5, time: 9.07e15 },
    { name: 'big', type: 'file', size: 9.09e295, time: 'soon' },
  ];
  const port = await listing(odd);
  const [text, json] = [await run(['ls', 'localhost', port]), await run(['ls', '--json', 'localhost', port])];
  for (const { status, stdout } of [text, json]) {
    expect(status).toBe(0);
    expect(stdout.toString()).not.toMatch(/[\u0080-\u009f\u202e]/);
  }
  expect(
    text.stdout
      .toString()
      .split('\n')
      .map((line) => line.slice(0, 28)),
  ).toEqual(['       0 B  1970-01-01 00:00', '       0 B  1970-01-01 00:00', '']);
  expect(await run(['ls', 'localhost', await listing([null as unknown as object])])).toMatchObject({
    status: 1,
    stderr: 'wireline: the server lists what is no file or folder\n',
  });
});

test('--max-bytes counts what the folder held, what was put and what was replaced', async () => {
  const there = folder();
  writeFileSync(join(there, 'held'), Buffer.alloc(40_000));
  const files = await server('files', there, '--writable', '--max-bytes', '100k');
  const put = (name: string, size: number, ...more: string[]) =>
    run(['put', '-q', 'localhost', files.port, '-', '--name', name, ...more], Buffer.alloc(size, 'x'));
  const full = { status: 1, stderr: expect.stringMatching(/the folder may hold 102400 bytes, and is full\n$/) };
  expect(await put('a', 40_000)).toMatchObject({ status: 0, stderr: '' });
  expect(await put('b', 40_000)).toMatchObject(full);
  expect(await put('a', 60_000, '--force')).toMatchObject(full);
  expect(await put('a', 20_000, '--force')).toMatchObject({ status: 0, stderr: '' });
  expect(await put('b', 40_000)).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(there).sort()).toEqual(['a', 'b', 'held']);
  expect(files.stderr).not.toMatch(/--max-bytes/);
});

test('--max-bytes of a sink cuts the message for which there is no room', async () => {
  const into = folder();
  const sink = await server('sink', '--into', into, '--max-bytes', '0.1MB');
  expect((await run(['send', '-q', '127.0.0.1', sink.port], Buffer.alloc(80_000, 'x'))).status).toBe(0);
  expect((await run(['send', '-q', '127.0.0.1', sink.port], Buffer.alloc(80_000, 'x'))).status).toBe(1);
  expect((await run(['send', '-q', '127.0.0.1', sink.port], Buffer.alloc(20_000, 'x'))).status).toBe(0);
  expect(readdirSync(into)).toEqual(['message-000001', 'message-000002']);
});

test('a folder that others can fill is warned of, but not on loopback', async () => {
  for (const words of [
    ['files', folder(), '--writable'],
    ['sink', '--into', folder()],
  ]) {
    const open = await serverOn('0', ...words);
    await open.says(/can fill the disk: --max-bytes/);
    const local = await server(...words);
    expect((await local.stop()).stderr).not.toMatch(/fill the disk/);
  }
});
