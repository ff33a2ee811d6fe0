import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = 'dist/wireline.1';
const hasMan = spawnSync('groff', ['-v']).status === 0;

test('the manual page has every command, with its options and their defaults', () => {
  const text = readFileSync(page, 'utf8');
  for (const name of [
    'serve echo',
    'serve chat',
    'send',
    'ask',
    'get',
    'put',
    'ls',
    'announce',
    'talk',
    'connect',
    'chat',
  ])
    expect(text).toContain(`\n.Ss ${name}\n`);
  expect(text).toContain('.It Fl \\-max\\-message Ar size\nthe longest message (default: 16MiB).\n');
  expect(text).toContain('.It Fl m , Fl \\-message Ar text\n');
  expect(text).not.toContain('keep\\-for');
});

test.skipIf(!hasMan)('the manual page is clean under the warnings of groff (skipped where there is none)', () => {
  const { status, stderr } = spawnSync('groff', ['-mdoc', '-ww', '-z', page], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
