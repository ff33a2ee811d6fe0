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
