import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { noise } from '../support/bytes.js';
import { Cli, digest, run, server } from '../support/cli.js';
import { removeFolder } from '../support/folder.js';
import { proxy } from '../support/proxy.js';

const root = () => {
  const path = mkdtempSync(join(tmpdir(), 'wireline-trees-'));
  onTestFinished(() => removeFolder(path));
  return path;
};

function write(folder: string, path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** The files under a folder with the digests of their contents, and its folders. */
function contentOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    entries.map((path) => {
      const whole = join(folder, path);
      return [path, statSync(whole).isDirectory() ? 'folder' : digest(readFileSync(whole))];
    }),
  );
}

/** A tree is fetched from `there` to `here`; after so many bytes one of the two is killed. Gives whether it was whole. */
async function fetchUntil(there: string, here: string, cut: Cut, more: string[]): Promise<boolean> {
  const files = await server('files', there, '-q');
  let client: Cli | undefined;
  const through = await proxy(files.port, {
    cutAfter: cut.bytes,
    instead: () => void (cut.victim === 'client' ? client : files)?.child.kill('SIGKILL'),
  });
  client = new Cli(['get', '-q', '127.0.0.1', through, '.', '-o', here, ...more]);
  const { status, stderr } = await client.done;
  if (status !== 0 && cut.victim === 'server') {
    expect(stderr).toMatch(/^wireline: .+\n$/);
    expect(status).toBe(1);
  } else expect(status === 0 ? stderr : status).toBe(status === 0 ? '' : null);
  await files.stop('SIGKILL');
  return status === 0;
}

interface Cut {
  readonly bytes: number;
  readonly victim: 'client' | 'server';
}

const cut = fc.record({ bytes: fc.integer({ min: 1, max: 900_000 }), victim: fc.constantFrom('client', 'server') });
const cuts = fc.array(cut as fc.Arbitrary<Cut>, { minLength: 1, maxLength: 3 });
const name = fc.constantFrom('a', 'b', 'ñ 🦊', '.hidden', 'c.bin');
const entry = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
  size: fc.oneof(fc.nat({ max: 300_000 }), fc.constant(0), fc.constant(65_536)),
});
/** Files none of which is where another has a folder. */
const tree = fc
  .array(entry, { minLength: 2, maxLength: 6 })
  .map((entries) =>
    entries.filter(
      ({ path }, at) =>
        !entries
          .slice(0, at)
          .some((other) => `${other.path}/`.startsWith(`${path}/`) || path.startsWith(`${other.path}/`)),
    ),
  );

describe('a folder whose get is killed, or whose server is', () => {
  test('is never wrong in place, and is equal in the end', { timeout: 200_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(tree, cuts, fc.boolean(), async (entries, cuts, changes) => {
        const [there, here] = [root(), join(root(), 'tree')];
        // With --force, what changes at the server between two tries changes here.
        const more = changes ? ['--force'] : [];
        const versions = new Set<string>();
        const put = (path: string, content: Buffer) => {
          write(there, path, content);
          versions.add(`${path} ${digest(content)}`);
        };
        for (const [at, { path, size }] of entries.entries()) put(path, noise(size, at + 1));
        mkdirSync(join(there, 'empty'));
        for (const [at, cut] of cuts.entries()) {
          const whole = await fetchUntil(there, here, cut, more);
          for (const [path, hash] of Object.entries(contentOf(dirname(here)))) {
            const isPart = /\.wireline-get-.*\.part$/.test(path);
            if (hash !== 'folder' && !isPart) expect(versions).toContain(`${path.slice('tree/'.length)} ${hash}`);
          }
          if (whole) break;
          const { path, size } = entries[at % entries.length] as { path: string; size: number };
          if (changes) put(path, noise(size + at, at + 100));
        }
        const files = await server('files', there, '-q');
        const last = await run(['get', '-q', 'localhost', files.port, '.', '-o', here, ...more]);
        expect(last).toMatchObject({ status: 0, stderr: '' });
        expect(contentOf(here)).toEqual(contentOf(there));
        expect(readdirSync(dirname(here))).toEqual(['tree']);
        await files.stop();
      }),
      { numRuns: 12, seed: 20261121 },
    );
  });

  test('goes on from where it was: nothing is sent twice', { timeout: 60_000 }, async () => {
    const [there, here] = [root(), join(root(), 'tree')];
    for (const path of ['a', 'b/large', 'c/last']) write(there, path, noise(path === 'b/large' ? 8_000_000 : 50_000));
    expect(await fetchUntil(there, here, { bytes: 4_000_000, victim: 'client' }, [])).toBe(false);
    expect(Object.keys(contentOf(here)).sort()).toEqual(['a', 'b', 'b/.wireline-get-large.part']);
    const had = statSync(join(here, 'b/.wireline-get-large.part')).size;
    // How much of what was on its way the client had written when it was killed, nobody can say.
    expect(had).toBeGreaterThan(0);
    const files = await server('files', there);
    const { stdout, status } = await run(['get', '--json', '-q', 'localhost', files.port, '.', '-o', here]);
    expect(status).toBe(0);
    const lines = stdout.toString().trimEnd().split('\n');
    const got = new Map(lines.map((line) => [JSON.parse(line).path, JSON.parse(line).resumed]));
    expect(Object.fromEntries(got)).toEqual({ a: 50_000, 'b/large': had, 'c/last': 0 });
    expect(contentOf(here)).toEqual(contentOf(there));
    const [, sent] = await files.says(/closed .* (\d+) bytes out/);
    expect(Number(sent)).toBeLessThan(8_000_000 - had + 60_000);
  });
});

test('links that lead in circles are followed once', { timeout: 30_000 }, async () => {
  const [there, here] = [root(), join(root(), 'tree')];
  write(there, 'a/file', 'in a');
  write(there, 'b/file', 'in b');
  for (const [to, link] of [
    ['.', 'self'],
    ['../b', 'a/to b'],
    ['../a', 'b/to a'],
    ['a', 'alias'],
  ] as const) {
    symlinkSync(to, join(there, link));
  }
  const files = await server('files', there, '-q');
  const got = await run(['get', '-q', 'localhost', files.port, '.', '-o', here]);
  expect(got).toMatchObject({ status: 0, stderr: '' });
  const found = Object.keys(contentOf(here)).filter((path) => path.endsWith('file'));
  expect(found).toEqual(['a/file', 'a/to b/file', 'alias/file', 'alias/to b/file', 'b/file', 'b/to a/file']);
});

describe('a folder that is fetched again', () => {
  test('is left as it is where it is the same, and fails at what is another file', async () => {
    const [there, here] = [root(), join(root(), 'tree')];
    for (const path of ['a', 'b', 'empty', 'z']) write(there, path, path === 'empty' ? '' : path.repeat(1000));
    const files = await server('files', there, '-q');
    const get = (...more: string[]) => run(['get', '-q', 'localhost', files.port, '.', '-o', here, ...more]);
    expect((await get()).status).toBe(0);
    const before = statSync(join(here, 'a')).ino;
    expect(await get()).toMatchObject({ status: 0, stderr: '' });
    expect(statSync(join(here, 'a')).ino).toBe(before);
    for (const mine of ['mine', 'b', '', 'b'.repeat(2000)]) {
      write(here, 'b', mine);
      const failed = await get();
      expect(failed).toMatchObject({ status: 1, stderr: `wireline: ${here}/b exists already: --force replaces it\n` });
      expect(readFileSync(join(here, 'b'), 'utf8')).toBe(mine);
      expect(await get('--force', '--no-hash')).toMatchObject({ status: 0, stderr: '' });
      expect(contentOf(here)).toEqual(contentOf(there));
    }
  });

  test('does not write to a file in its place through a part that is the same file', async () => {
    const [there, here] = [root(), join(root(), 'tree')];
    write(there, 'a', 'new');
    write(here, 'a', 'old and longer');
    // As after a kill between the two steps that put a file in its place.
    linkSync(join(here, 'a'), join(here, '.wireline-get-a.part'));
    const files = await server('files', there, '-q');
    linkSync(join(here, 'a'), join(here, '.other'));
    expect((await run(['get', '-q', 'localhost', files.port, 'a', '--force', '-o', join(here, 'a')])).status).toBe(0);
    expect(readFileSync(join(here, 'a'), 'utf8')).toBe('new');
    expect(readFileSync(join(here, '.other'), 'utf8')).toBe('old and longer');
    expect(readdirSync(here)).not.toContain('.wireline-get-a.part');
  });

  test('is no file: a folder here and a file there do not mix', async () => {
    const [there, here] = [root(), root()];
    for (const name of ['a', 'none']) mkdirSync(join(here, name));
    write(there, 'a', 'a file');
    write(there, 'none', '');
    const files = await server('files', there, '-q');
    for (const name of ['a', 'none']) {
      const failed = await run(['get', 'localhost', files.port, name, '-o', here]);
      expect(failed).toMatchObject({
        status: 1,
        stderr: `wireline: ${here}/${name} is a folder here, and a file at the server\n`,
      });
    }
    expect(readdirSync(here)).toEqual(['a', 'none']);
  });
});
