// Makes a release: `npm run release -- 0.2.0`. Dates the changelog, sets the version, commits and tags. It pushes and publishes
// nothing. `--dry-run` prints what it would do.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const [version, flag] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) fail('npm run release -- VERSION [--dry-run], such as 0.2.0');
const dry = flag === '--dry-run';
if (!dry && run('git', ['status', '--porcelain']) !== '') fail('there are changes that are not committed');
if (run('git', ['tag', '--list', `v${version}`]) !== '') fail(`the tag v${version} is there already`);

const date = new Date().toISOString().slice(0, 10);
const changelog = readFileSync('CHANGELOG.md', 'utf8');
const heading = /^## \[?[^\n]*not yet released[^\n]*$/m;
if (!heading.test(changelog)) fail('CHANGELOG.md has no section that is not yet released');
const previous = run('git', ['describe', '--tags', '--abbrev=0'], true);
const subjects = run('git', ['log', '--format=%s', previous ? `${previous}..HEAD` : 'HEAD']);
const counts = ['feat', 'fix', 'perf'].map(
  (kind) => `${subjects.split('\n').filter((line) => line.startsWith(`${kind}:`)).length} ${kind}`,
);
const section = `## ${version} (${date})`;
process.stdout.write(`${section}: ${counts.join(', ')} since ${previous || 'the beginning'}\n`);
if (dry) process.exit(0);

writeFileSync('CHANGELOG.md', changelog.replace(heading, section));
const manifest = readFileSync('package.json', 'utf8');
const released = manifest
  .replace(/"version": "[^"]*"/, `"version": "${version}"`)
  .replace(/"released": "[^"]*"/, `"released": "${date}"`);
writeFileSync('package.json', released);
run('npm', ['install', '--package-lock-only', '--ignore-scripts']);
run('npm', ['test']);
run('git', ['commit', '-am', `release: ${version}`]);
run('git', ['tag', '-a', `v${version}`, '-m', `wireline ${version}`]);
process.stdout.write(`tagged v${version}: git push --follow-tags && npm publish\n`);

function run(program, args, mayFail = false) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', mayFail ? 'ignore' : 'inherit'],
  });
  if (status !== 0 && !mayFail) fail(`${program} ${args.join(' ')} failed`);
  return (stdout ?? '').trim();
}

function fail(words) {
  process.stderr.write(`release: ${words}\n`);
  process.exit(2);
}
