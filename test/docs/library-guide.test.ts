import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync('docs/guide/library.md', 'utf8');
const programs = [...page.matchAll(/^## (.*)\n[\s\S]*?^```js\n([\s\S]*?)^```$/gm)].map(
  ([, title = '', source = '']) => ({ title, source }),
);

test('the guide to the library has a program for each of its subjects', () => {
  for (const title of ['A first service', 'State', 'Back-pressure', 'Stopping'])
    expect(programs.map((each) => each.title)).toContain(title);
  expect(programs.length).toBeGreaterThanOrEqual(9);
  for (const { source } of programs) expect(source).toContain('// prints ');
});

test.each(programs)('the program of the guide prints what it says: $title', async ({ source }) => {
  const expected = [...source.matchAll(/^\/\/ prints (.*)$/gm)].map(([, line]) => `${line}\n`).join('');
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'pipe'] });
  let heard = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (heard += chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect({ heard, status }).toEqual({ heard: expected, status: 0 });
});
