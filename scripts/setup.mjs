// Makes a clone ready, whatever is missing: dependencies as locked, then the build. Only what is out of date
// is done, so that the second `npm start` costs a moment.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node 20.19 or newer is needed; this is ${process.version}`);

/** npm writes this file at the end of an installation. */
const installed = 'node_modules/.package-lock.json';
if (newest(['package-lock.json']) > newest([installed])) {
  console.error('Installing dependencies (once) ...');
  run(process.platform === 'win32' ? 'npm.cmd' : 'npm', [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
}
if (newest(['src', 'dev', 'benchmarks', 'scripts', 'package.json', installed]) > newest(['dist/.built'])) {
  run(process.execPath, ['scripts/build.mjs']);
}
linkCommand();

/** Lets `npx wireline` find this clone's own command at once; without it, npm makes a package of the clone first. */
function linkCommand() {
  const link = 'node_modules/.bin/wireline';
  if (process.platform !== 'win32' && !existsSync(link)) symlinkSync('../../dist/cli.cjs', link);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`${command} ${args.join(' ')} failed: ${error?.message ?? `status ${status}`}`);
}

/** The time of the newest file under `paths`, in milliseconds; 0 where there is none. */
function newest(paths) {
  return Math.max(
    0,
    ...paths.map((path) => {
      if (!existsSync(path)) return 0;
      const stat = statSync(path);
      if (!stat.isDirectory()) return stat.mtimeMs;
      return newest(readdirSync(path).map((name) => join(path, name)));
    }),
  );
}

function fail(why) {
  console.error(`setup: ${why}`);
  process.exit(1);
}
