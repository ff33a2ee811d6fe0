import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const pages = readdirSync('.', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md') && !/(^|\/)(node_modules|dist|coverage)\//.test(path))
  .filter((path) => !path.startsWith('.'));

test.each(pages)('%s links to what is there', (page) => {
  for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)/g)) {
    if (!/^[a-z]+:/.test(target)) expect(existsSync(join(dirname(page), target)), target).toBe(true);
  }
});

const sources = readdirSync('.', { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /^(src|test|dev|examples|scripts|benchmarks)\//.test(path));

test.each(pages.filter((page) => page !== 'CHANGELOG.md'))('%s names files that are there', (page) => {
  const named = [...readFileSync(page, 'utf8').matchAll(/`([\w./-]+\.(?:ts|mjs))`/g)].map(([, path = '']) => path);
  expect(named.filter((path) => !sources.some((source) => source === path || source.endsWith(`/${path}`)))).toEqual([]);
});
