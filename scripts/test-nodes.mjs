// Runs the tests on other versions of Node than this one, from the packages of the npm registry: `npm run test:nodes`, or
// `npm run test:nodes -- test/framing` for a part of them. The programs stay in node_modules/.cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const versions = ['22', '24', '26'];
const folder = join('node_modules', '.cache', 'nodes');
const system = process.platform === 'win32' ? 'win' : process.platform;
const program = (version) => join(folder, 'node_modules', `node${version}`, 'bin', 'node');

const missing = versions.filter((version) => !existsSync(program(version)));
if (missing.length > 0) {
  mkdirSync(folder, { recursive: true });
  const packages = missing.map((version) => `node${version}@npm:node-${system}-${process.arch}@${version}`);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', '--prefix', folder, '--no-save', ...quiet, ...packages], process.env);
}

const failed = versions.filter((version) => {
  console.error(`\nNode ${version}:`);
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  return run(program(version), [vitest, 'run', ...process.argv.slice(2)], { ...process.env, FORCE_COLOR: '0' }) !== 0;
});
console.error(failed.length > 0 ? `\nfailed on Node ${failed.join(', ')}` : `\npassed on Node ${versions.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

function run(command, args, env) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env });
  if (error) throw error;
  return status;
}
