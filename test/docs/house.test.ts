import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { floorTable, partTable } from '../support/house.js';

const tables: Record<string, string> = { floors: floorTable(), parts: partTable() };

test.each(['AGENTS.md', 'docs/architecture.md'])('%s has the tables of the doors', async (page) => {
  const text = readFileSync(page, 'utf8');
  const made = text.replaceAll(
    /<!-- (\w+) -->[\s\S]*?<!-- end -->/g,
    (_all, name) => `<!-- ${name} -->\n${tables[name]}\n<!-- end -->`,
  );
  expect(made.match(/<!-- (floors|parts) -->/g)).toHaveLength(2);
  await expect(made).toMatchFileSnapshot(`../../${page}`);
});
