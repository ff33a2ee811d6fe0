import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { sha256, systemClock } from '../../src/core/index.js';
import { fileTarget } from '../../src/features/files/client/file-target.js';
import { get, getTree } from '../../src/features/files/client/get.js';
import { list } from '../../src/features/files/client/ls.js';
import { put } from '../../src/features/files/client/put.js';
import { openFiles } from '../../src/features/files/client/session.js';
import { files } from '../../src/features/files/server/files.js';
import { servedTree } from '../../src/features/files/tree/served-tree.js';
import { fileInput } from '../../src/io/input.js';
import { serve } from '../../src/net/index.js';
import { Cli, run, server } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { plainClient } from '../support/program.js';
import { proxy } from '../support/proxy.js';
import { serving } from '../support/serving.js';

const names = ['plain.txt', 'with space', 'ñandú 🦊', '-dash', 'a'.repeat(200), '{brace'];

describe('files by name', () => {
  test('plain names from a plain socket: bytes and the end, or one line of why not', async () => {
    const path = folder();
    for (const name of names) writeFileSync(join(path, name), `${name}\0`);
    writeFileSync(join(path, 'empty'), '');
    mkdirSync(join(path, 'sub'));
    writeFileSync(join(path, 'sub', 'deep'), 'deep');
    const port = await serving(path);
    for (const name of names.slice(0, -1)) expect(await plainClient(port, `${name}\n`)).toBe(`${name}\0`);
    expect(await plainClient(port, 'plain.txt\r\n')).toBe('plain.txt\0');
    expect(await plainClient(port, 'plain.txt')).toBe('plain.txt\0');
    expect(await plainClient(port, 'empty\n')).toBe('');
    expect(await plainClient(port, 'sub/deep\n')).toBe('deep');
    expect(await plainClient(port, 'sub\n')).toBe('error: that is a folder\n');
  });

  test('nothing outside of the folder is there, and all of it is refused in the same words', async () => {
    const path = folder();
    const outside = folder();
    writeFileSync(join(outside, 'secret'), 'secret');
    writeFileSync(join(path, 'inside'), 'inside');
    symlinkSync(join(outside, 'secret'), join(path, 'out'));
    symlinkSync(outside, join(path, 'outfolder'));
    symlinkSync('inside', join(path, 'in'));
    symlinkSync('/dev/zero', join(path, 'zero'));
    execFileSync('mkfifo', [join(path, 'fifo')]);
    const port = await serving(path);
    expect(await plainClient(port, 'in\n')).toBe('inside');
    const escapes = [
      'out',
      'outfolder/secret',
      'zero',
      'fifo',
      '../secret',
      join(outside, 'secret'),
      'sub/../inside',
      './inside',
    ];
    for (const name of [...escapes, 'nothing', 'inside/x', 'a\\b', 'x'.repeat(5000)]) {
      expect(await plainClient(port, `${name}\n`)).toBe('error: no such file here\n');
      const answer = JSON.parse(await plainClient(port, `${JSON.stringify({ get: name })}\n`));
      expect(answer).toEqual({ error: 'no such file here' });
    }
    const listed = (await plainClient(port, '{"list":""}\n')).split('\n').slice(1, -2);
    expect(listed.map((line) => JSON.parse(line).name)).toEqual(['in', 'inside']);
    for (const name of ['outfolder/new', '../new', 'out/new']) {
      expect(
        JSON.parse((await plainClient(port, `${JSON.stringify({ put: name })}\n`)).split('\n')[0] ?? ''),
      ).toHaveProperty('error');
    }
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  test('many requests on a connection; what is no request costs no more than an answer', async () => {
    const path = folder();
    writeFileSync(join(path, 'a'), 'AAA');
    const port = await serving(path);
    const hash = createHash('sha256').update('AAA').digest('hex');
    const lines = [
      '{"get":"a","offset":1}',
      '{"get":"a","hash":false}',
      '{',
      '{"get":7}',
      '{"get":"b"}',
      '{"put":"../x"}',
    ];
    const said = (await plainClient(port, `${lines.join('\n')}\n`)).split('\n');
    expect(said[0]).toMatch(/^\{"get":"a","size":3,"offset":1,"time":/);
    expect(said[1]).toBe(`AA{"bytes":3,"sha256":"${hash}"}`);
    expect(said[3]).toBe('AAA{"bytes":3}');
    expect(said.slice(4, 8).every((line) => 'error' in JSON.parse(line))).toBe(true);
    const deep = `{"get":${'['.repeat(30_000)}}\n`;
    expect(JSON.parse((await plainClient(port, deep)).trim())).toHaveProperty('error');
    const tooLong = 'error: a request is longer than 65536 bytes\n';
    expect(await plainClient(port, 'x'.repeat(200_000))).toBe(tooLong);
    expect(await plainClient(port, 'a\n')).toBe('AAA');
  });

  test('a file that changes while it is sent is an error at the receiver', async () => {
    const path = folder();
    const big = join(path, 'big');
    for (const change of [() => appendFileSync(big, 'more'), () => truncateSync(big, 1_000_000)]) {
      writeFileSync(big, Buffer.alloc(64 * 1024 * 1024, 'b'));
      const port = await serving(path);
      const session = await openFiles({ host: '127.0.0.1', port });
      const target = fileTarget(join(folder(), 'big'));
      let changed = false;
      const fetched = get(session, 'big', target, {
        onProgress() {
          if (!changed) change();
          changed = true;
        },
      });
      await expect(fetched).rejects.toMatchObject({ code: expect.stringMatching(/refused|reset/) });
    }
  });
});

test('requests that were sent before the end of the client are all answered, behind a file of any size', async () => {
  const path = folder();
  const size = 16 * 1024 * 1024;
  writeFileSync(join(path, 'large'), Buffer.alloc(size));
  writeFileSync(join(path, 'a'), 'AAA');
  const port = await serving(path);
  const get = (name: string) => `{"get":"${name}","hash":false}`;
  const said = await plainClient(port, `${get('large')}\n${get('a')}\n${get('none')}\n${get('a')}`);
  const end =
    /\0\{"bytes":16777216\}\n\{"get":"a",.+\}\nAAA\{"bytes":3\}\n\{"error":.+\}\n\{"get":"a".+\}\nAAA\{"bytes":3\}\n$/;
  expect(said.slice(said.lastIndexOf('\0'))).toMatch(end);
  const cut = await plainClient(port, `${get('large')}\n{"put":"b"}\n\0\0\0\x1awireline`);
  expect(cut).toMatch(/\n\{"put":"b","ready":true\}\n\{"error":"the stream was cut before its end"\}\n$/);
  expect(readdirSync(path)).toEqual(['a', 'large']);
});

describe('the hash of a file that many fetch', () => {
  const size = 1024 * 1024;

  /** A served file whose last change is far enough back; how often its hash was begun. */
  async function counted(path: string, now = () => Date.now() + 60_000) {
    const folder = servedTree(path, { now });
    const begun = vi.fn(() => folder.hash());
    const running = await serve(files({ folder: { ...folder, hash: begun }, clock: systemClock }), '127.0.0.1:0');
    onTestFinished(() => running.close());
    const ask = async (words: object) => {
      const said = await plainClient(running.address.port as number, `${JSON.stringify({ get: 'f', ...words })}\n`);
      return JSON.parse(said.slice(said.lastIndexOf('{'))).sha256;
    };
    return { begun, ask };
  }
  const hashOf = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

  test('is worked out once, and again when the file has changed, keeping its size', async () => {
    const path = folder();
    writeFileSync(join(path, 'f'), 'a'.repeat(size));
    const { begun, ask } = await counted(path);
    for (let i = 0; i < 3; i++) expect(await ask({})).toBe(hashOf('a'.repeat(size)));
    expect(begun).toHaveBeenCalledTimes(1);
    writeFileSync(join(path, 'f'), 'b'.repeat(size));
    for (let i = 0; i < 3; i++) expect(await ask({})).toBe(hashOf('b'.repeat(size)));
    expect(begun).toHaveBeenCalledTimes(2);
  });

  test('is right for a part that is gone on with, and for one that is another', async () => {
    const path = folder();
    writeFileSync(join(path, 'f'), 'a'.repeat(size));
    const { ask } = await counted(path);
    const requests = [
      { offset: 9, prefix: hashOf('a'.repeat(9)) },
      { offset: 9, prefix: hashOf('other') },
      { offset: 9 },
    ];
    for (const request of [...requests, ...requests]) expect(await ask(request)).toBe(hashOf('a'.repeat(size)));
    expect(await ask({ ...requests[0], hash: false })).toBeUndefined();
  });

  test('is not believed of a file that has just changed, nor for long', async () => {
    const path = folder();
    writeFileSync(join(path, 'f'), 'a'.repeat(size));
    let now = Date.now();
    const { begun, ask } = await counted(path, () => now);
    for (let i = 0; i < 2; i++) await ask({});
    expect(begun).toHaveBeenCalledTimes(2);
    now += 60_000;
    for (let i = 0; i < 2; i++) await ask({});
    expect(begun).toHaveBeenCalledTimes(3);
    now += 11 * 60_000;
    await ask({});
    expect(begun).toHaveBeenCalledTimes(4);
  });
});

describe('get and put', () => {
  test('through the command: files, trees, stdin and stdout, and no overwriting without --force', async () => {
    const path = folder();
    const here = folder();
    const content = randomBytes(3_000_000);
    writeFileSync(join(here, 'up load'), content);
    const serving = await server('files', path, '--writable', '-q');
    const put = await run(['put', 'localhost', serving.port, join(here, 'up load'), '--json', '-q']);
    expect(JSON.parse(put.stdout.toString())).toMatchObject({ path: 'up load', bytes: content.length });
    expect(readFileSync(join(path, 'up load')).equals(content)).toBe(true);
    const again = await run(['put', 'localhost', serving.port, join(here, 'up load')]);
    expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('exists already') });
    expect((await run(['put', 'localhost', serving.port, join(here, 'up load'), '--force'])).status).toBe(0);
    expect((await run(['put', 'localhost', serving.port, '-', '--name', 'sub/from stdin'], content)).status).toBe(0);
    expect((await run(['get', 'localhost', serving.port, 'sub/from stdin', '-'])).stdout.equals(content)).toBe(true);
    const tree = join(here, 'tree');
    expect((await run(['get', 'localhost', serving.port, '.', '-o', tree])).status).toBe(0);
    expect(readFileSync(join(tree, 'sub', 'from stdin')).equals(content)).toBe(true);
    const one = join(tree, 'up load');
    expect((await run(['get', 'localhost', serving.port, 'up load', '-o', one])).status).toBe(1);
    expect((await run(['get', 'localhost', serving.port, 'up load', '-o', one, '--force'])).status).toBe(0);
    const listed = await run(['ls', 'localhost', serving.port]);
    expect(listed.stdout.toString()).toMatch(/ {3}2\.9 MiB {2}.*up load\n/);
    expect((await run(['get', 'localhost', serving.port, 'nothing'])).stderr).toBe('wireline: no such file here\n');
    const readOnly = await server('files', path, '-q');
    expect((await run(['put', 'localhost', readOnly.port, join(here, 'up load')])).stderr).toMatch(
      /cannot be put here/,
    );
    expect(readdirSync(path, { recursive: true }).filter((name) => /part/.test(String(name)))).toEqual([]);
  });

  test('a get that is cut anywhere goes on where it was, and ends right', { timeout: 60_000 }, async () => {
    const path = folder();
    const content = randomBytes(1_000_000);
    writeFileSync(join(path, 'file'), content);
    const port = await serving(path);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 1_200_000 }), { maxLength: 3 }), async (cuts) => {
        const wanted = join(folder(), 'file');
        for (const cutAfter of [...cuts, undefined]) {
          const through = await proxy(port, cutAfter === undefined ? {} : { cutAfter: cutAfter + 1 });
          const fetched = (async () => {
            const session = await openFiles({ host: '127.0.0.1', port: Number(through) });
            await get(session, 'file', fileTarget(wanted));
            session.end();
          })();
          const failed = await fetched.then(
            () => false,
            () => true,
          );
          expect(existsSync(wanted)).toBe(!failed);
          if (!failed) break;
        }
        expect(readFileSync(wanted).equals(content)).toBe(true);
        expect(readdirSync(join(wanted, '..'))).toEqual(['file']);
      }),
      { numRuns: 15 },
    );
  });

  test('a flipped byte is found, and a part of another file is not gone on with', async () => {
    const path = folder();
    writeFileSync(join(path, 'file'), Buffer.alloc(300_000, 'x'));
    const port = await serving(path);
    const wanted = join(folder(), 'file');
    const through = await proxy(port, { flip: 150_000 });
    const session = await openFiles({ host: '127.0.0.1', port: Number(through) });
    await expect(get(session, 'file', fileTarget(wanted))).rejects.toMatchObject({ code: 'protocol' });
    expect(readdirSync(join(wanted, '..'))).toEqual([]);
    writeFileSync(join(wanted, '..', '.wireline-get-file.part'), Buffer.alloc(1000, 'another'));
    const direct = await openFiles({ host: '127.0.0.1', port });
    expect(await get(direct, 'file', fileTarget(wanted))).toMatchObject({ resumed: 0, bytes: 300_000 });
    direct.end();
  });

  test('a put that is cut anywhere, or damaged, leaves nothing', { timeout: 60_000 }, async () => {
    const path = folder();
    const local = join(folder(), 'file');
    writeFileSync(local, randomBytes(500_000));
    const port = await serving(path);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 500_100 }), async (cutClientAfter) => {
        const through = await proxy(port, { cutClientAfter: cutClientAfter + 1 });
        const session = await openFiles({ host: '127.0.0.1', port: Number(through) });
        await expect(put(session, 'file', fileInput(local), { hash: sha256 })).rejects.toMatchObject({
          code: expect.any(String),
        });
        await expect.poll(() => readdirSync(path), { timeout: 5000 }).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('two writers of one name: one wins whole, the other is told', async () => {
    const path = folder();
    const port = await serving(path);
    const local = ['a', 'b'].map((letter) => {
      const file = join(folder(), letter);
      writeFileSync(file, Buffer.alloc(2_000_000, letter));
      return file;
    });
    const outcomes = await Promise.allSettled(
      local.map(async (file) => {
        const session = await openFiles({ host: '127.0.0.1', port });
        await put(session, 'same', fileInput(file), { hash: sha256 });
      }),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const kept = readFileSync(join(path, 'same'), 'latin1');
    expect(kept === 'a'.repeat(2_000_000) || kept === 'b'.repeat(2_000_000)).toBe(true);
    expect(readdirSync(path)).toEqual(['same']);
  });

  test('killed ends: get goes on, put leaves nothing', { timeout: 60_000 }, async () => {
    const path = folder();
    const here = folder();
    writeFileSync(join(path, 'large'), '');
    truncateSync(join(path, 'large'), 300_000_000);
    const first = await server('files', path, '--writable', '-q');
    const client = new Cli(['get', 'localhost', first.port, 'large', '-o', join(here, 'large')]);
    const part = join(here, '.wireline-get-large.part');
    await expect.poll(() => existsSync(part), { timeout: 10_000, interval: 5 }).toBe(true);
    await client.stop('SIGKILL');
    expect(existsSync(join(here, 'large'))).toBe(false);
    const sending = new Cli(['put', 'localhost', first.port, '-', '--name', 'half']);
    sending.child.stdin?.write(randomBytes(1_000_000));
    await expect.poll(() => readdirSync(path).length, { timeout: 10_000 }).toBe(2);
    await sending.stop('SIGKILL');
    await expect.poll(() => readdirSync(path), { timeout: 10_000 }).toEqual(['large']);
    const done = await run(['get', 'localhost', first.port, 'large', '-o', join(here, 'large')]);
    expect(done.status).toBe(0);
    expect(readFileSync(join(here, 'large')).length).toBe(300_000_000);
  });

  test('a random tree there and back is the same', { timeout: 60_000 }, async () => {
    const part = fc.stringMatching(/^[a-zA-Zñ 🦊_.-]{1,8}$/u).filter((name) => !/^\.+$|^\.wireline/.test(name));
    const entry = fc.tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.uint8Array({ maxLength: 2000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 6 }), async (entries) => {
        const [there, back] = [folder(), folder()];
        const made = new Map<string, Uint8Array>();
        for (const [parts, content] of entries) {
          const path = parts.join('/');
          const clash = [...made.keys()].some(
            (other) => other === path || other.startsWith(`${path}/`) || path.startsWith(`${other}/`),
          );
          if (clash) continue;
          mkdirSync(join(there, ...parts.slice(0, -1)), { recursive: true });
          writeFileSync(join(there, path), content);
          made.set(path, content);
        }
        const session = await openFiles({ host: '127.0.0.1', port: await serving(there) });
        await getTree(session, '', (below) => fileTarget(join(back, below)));
        for (const [path, content] of made) expect(readFileSync(join(back, path)).equals(content)).toBe(true);
        expect((await list(session, '')).length).toBe(readdirSync(there).length);
        session.end();
      }),
      { numRuns: 10 },
    );
  });
});
