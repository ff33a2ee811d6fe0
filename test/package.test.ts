import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { removeFolder } from './support/folder.js';

/** The package as it is published, unpacked where no other package can be found. */
const unpacked = (() => {
  const into = realpathSync(mkdtempSync(join(tmpdir(), 'wireline-')));
  const [{ filename }] = JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', into)) as [
    { filename: string },
  ];
  execFileSync('tar', ['-xzf', join(into, filename), '-C', into]);
  return join(into, 'package');
})();
afterAll(() => removeFolder(dirname(unpacked)));
const cli = join(unpacked, 'dist', 'cli.cjs');
const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));

function npm(...args: string[]): string {
  return execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { encoding: 'utf8', stdio: 'pipe' });
}

function files(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(unpacked, join(entry.parentPath, entry.name)));
}

async function output(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, { cwd: dirname(unpacked), stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { status, stdout, stderr };
}

test('the package installs no other package', () => {
  expect(manifest).not.toHaveProperty('dependencies');
  expect(manifest).not.toHaveProperty('optionalDependencies');
  expect(Object.keys(manifest.peerDependencies).sort()).toEqual(Object.keys(manifest.peerDependenciesMeta).sort());
  expect(Object.values(manifest.peerDependenciesMeta)).toEqual(
    Object.keys(manifest.peerDependenciesMeta).map(() => ({ optional: true })),
  );
});

test('a global install has the command and its manual page', async () => {
  const prefix = join(dirname(unpacked), 'global');
  npm(
    'install',
    '--global',
    '--offline',
    '--ignore-scripts',
    '--prefix',
    prefix,
    join(dirname(unpacked), `wireline-${manifest.version}.tgz`),
  );
  expect(existsSync(join(prefix, 'share', 'man', 'man1', 'wireline.1'))).toBe(true);
  const { stdout } = await output(join(prefix, 'bin', 'wireline'), '--version');
  expect(stdout).toBe(`${manifest.version}\n`);
});

test('the package says where it comes from', () => {
  for (const field of ['repository', 'homepage', 'bugs', 'author', 'license']) expect(manifest[field]).toBeTruthy();
});

test('the package holds the licence of each package whose code is in it', () => {
  const licences = readFileSync(join(unpacked, 'dist', 'LICENSES.txt'), 'utf8');
  for (const name of ['commander', '@commander-js/extra-typings', '@bomb.sh/tab', 'piscina', 'string-width'])
    expect(licences).toMatch(new RegExp(`^${name.replaceAll('.', '\\.')} \\d`, 'm'));
  expect(licences.match(/Permission is hereby granted|Redistribution and use/g)?.length).toBeGreaterThan(5);
});

test('the package holds no source map, no code cache and no module that nothing imports', () => {
  const all = files(unpacked);
  expect(all.filter((path) => /\.map$|\.cache$/.test(path))).toEqual([]);
  const code = all.filter((path) => /^dist\/.*\.c?js$/.test(path));
  const sources = code.map((path) => readFileSync(join(unpacked, path), 'utf8')).join('\n');
  const lone = code.filter(
    (path) => /-[\w-]{8}\.c?js$/.test(path) && !sources.includes(path.split('/').at(-1) as string),
  );
  expect(lone).toEqual([]);
});

test('the pages of the package link to what is in it', () => {
  for (const page of files(unpacked).filter((path) => path.endsWith('.md'))) {
    for (const [, target = ''] of readFileSync(join(unpacked, page), 'utf8').matchAll(/\]\(([^)#\s]+)/g)) {
      const missing = !/^[a-z]+:/.test(target) && !existsSync(join(unpacked, dirname(page), target));
      expect(missing ? `${page} links to ${target}` : '').toBe('');
    }
  }
});

test('the command runs without any other package, threads included', async () => {
  const module = join(dirname(unpacked), 'shout.mjs');
  writeFileSync(module, "export default (message) => Buffer.from(message).toString().toUpperCase() + '!';\n");
  const server = spawn(process.execPath, [cli, 'serve', 'transform', '--with', module, '127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void server.kill());
  const [line] = (await once(server.stderr, 'data')) as [Buffer];
  const [, port = ''] = /:(\d+)\n/.exec(String(line)) ?? [];
  expect(await output(cli, 'ask', '-m', 'hello', '127.0.0.1', port)).toEqual({
    status: 0,
    stdout: 'HELLO!\n',
    stderr: '',
  });
});

test('the library loads without any other package', async () => {
  const program = `import { echo, serve } from ${JSON.stringify(join(unpacked, manifest.exports['.'].default))};
    const server = await serve(echo(), '127.0.0.1:0'); console.log(server.port > 0); await server.close();`;
  expect(await output('--input-type=module', '-e', program)).toEqual({ status: 0, stdout: 'true\n', stderr: '' });
});

const ownSqlite = process.getBuiltinModule('node:sqlite' as 'node:fs') !== undefined;
test.skipIf(ownSqlite)('where there is no SQLite, one line says how to install it (Node 20 has none)', async () => {
  const store = `sqlite:${join(dirname(unpacked), 'chat.db')}`;
  expect(await output(cli, 'serve', 'chat', '--store', store, '127.0.0.1:0')).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^wireline: SQLite needs .*npm install @photostructure\/sqlite.*\n$/),
  });
});
