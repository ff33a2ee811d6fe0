import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { missing } from '../support/peers.js';

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

test('an option that may be given more than once has no empty list for a default', () => {
  const { stdout } = spawnSync(process.execPath, ['dist/cli.cjs', 'ask', '--help'], { encoding: 'utf8' });
  expect(stdout).toMatch(/--message <text> +ask this; may be given more than once\n/);
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

test.each([
  ['wireline serve tra', 'transform'],
  ['wireline serve transform --framing ', 'text,lines,length,netstring'],
  ['wireline ask --framing =', 'text,lines,length,netstring'],
  ['wireline ask --framing = le', 'length'],
  ['wireline --v', '--version'],
  ['wireline send localhost 9000 RE', ''],
])('which completes %j to %j, or leaves it to file names', (line, offered) => {
  const words = line.split(' ');
  const script = [
    `wireline() { '${process.execPath}' dist/cli.cjs "$@"; }`,
    'source <(wireline complete bash)',
    'complete -p wireline',
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}`,
    `_wireline; IFS=,; echo "\${COMPREPLY[*]}"`,
  ];
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script.join('\n')], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: `complete -o default -F _wireline wireline\n${offered}\n`, stderr: '' });
});

test.skipIf(missing('zsh') !== undefined).each([
  ['wireline serve tra', 'transform:answer each message with a modification of it'],
  ['wireline ask --framing ', 'text lines length netstring'],
  ['wireline ask --framing=le', 'length'],
  ['wireline serve chat --sync ', 'full normal'],
  ['wireline --v', '--version:output the version number'],
  ['wireline ask -f RE', 'FILES'],
  ['wireline send localhost 9000 RE', 'FILES'],
])('zsh completes %j to %j (it needs zsh)', (line, offered) => {
  const words = line.split(' ');
  // What zsh's own functions would show is printed.
  const script = [
    `wireline() { '${process.execPath}' dist/cli.cjs "$@"; }`,
    'compdef() { :; }; compset() { :; }; _files() { print FILES; }; _describe() { eval "print -- \\$$2"; }',
    'source <(wireline complete zsh)',
    `words=(${words.map((word) => `'${word}'`).join(' ')}) CURRENT=${words.length}; _wireline`,
  ];
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script.join('\n')], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: `${offered}\n`, stderr: '' });
});

test.each([[[]], [['tcsh']]])('completion for no known shell is wrong usage: %j', (words) => {
  const { stderr, status } = spawnSync(process.execPath, ['dist/cli.cjs', 'complete', ...words], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^wireline: .*shell.*\(see --help\)\n$/);
});
