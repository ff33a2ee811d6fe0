import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('help whose reader has seen enough is no failure', () => {
  // `true` reads nothing and is gone.
  const script = 'set -o pipefail; "$0" dist/cli.cjs serve sink --help | true';
  const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('defaults are shown as they are written', () => {
  const { stdout } = spawnSync(process.execPath, ['dist/cli.cjs', 'serve', 'echo', '--help'], { encoding: 'utf8' });
  expect(stdout).toMatch(/--buffer <size>[^-]*\(default:\s+16MiB\)/);
  expect(stdout).toMatch(/--grace <time>[^-]*\(default:\s+5s\)/);
});

test.each([
  ['commands', ['se'], ['serve', 'send']],
  ['what is served', ['serve', ''], ['echo', 'sink', 'transform', 'files', 'order', 'relay', 'chat']],
  ['options', ['serve', 'chat', '--ho'], ['--hold']],
  ['what an option may be', ['serve', 'echo', '--log', ''], ['text', 'json']],
])('the shell completes %s', (_what, words, expected) => {
  const { stdout } = spawnSync(process.execPath, ['dist/cli.cjs', 'complete', '--', ...words], { encoding: 'utf8' });
  const offered = stdout.split('\n').flatMap((line) => (/^[^:\s]/.test(line) ? [line.split('\t')[0]] : []));
  expect(offered).toEqual(expect.arrayContaining(expected));
});

test('a script for bash, which bash understands, is printed', () => {
  const { stdout, status } = spawnSync(process.execPath, ['dist/cli.cjs', 'complete', 'bash'], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('wireline complete -- ');
  expect(spawnSync('bash', ['-n'], { input: stdout }).status).toBe(0);
});
