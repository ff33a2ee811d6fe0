import { readFileSync } from 'node:fs';
import type { Command, Option } from '@commander-js/extra-typings';
import { expect, test } from 'vitest';
import { describeDefaults } from '../../src/cli/help.js';
import { rowOf } from '../../src/cli/option-table.js';
import { commands } from '../../src/main/commands.js';

type AnyCommand = Command & { readonly commands: readonly AnyCommand[] };

interface Limit {
  readonly stops: string;
  readonly defaults: Map<string, string[]>;
}

async function allLimits(): Promise<Map<string, Limit>> {
  const limits = new Map<string, Limit>();
  for (const make of Object.values(commands)) {
    const command = (await make()) as AnyCommand;
    for (const each of command.commands.length > 0 ? command.commands : [command]) {
      describeDefaults(each);
      for (const option of each.options) addTo(limits, option, each.name());
    }
  }
  return limits;
}

function addTo(limits: Map<string, Limit>, option: Option, command: string): void {
  const stops = rowOf(option)?.stops;
  if (stops === undefined) return;
  const limit = limits.get(option.long ?? '') ?? { stops, defaults: new Map() };
  const shown = option.defaultValueDescription ?? option.defaultValue ?? 'none';
  limit.defaults.set(String(shown), [...(limit.defaults.get(String(shown)) ?? []), command]);
  limits.set(option.long ?? '', limit);
}

const servers = ['echo', 'sink', 'transform', 'files', 'order', 'relay', 'chat'];

/** Where a default holds: for all servers, or for these commands. */
function whereOf(where: readonly string[]): string {
  return servers.every((name) => where.includes(name)) ? 'all servers' : where.join(', ');
}

test('docs/guide/limits.md has every limit of the command line, and what it stops', async () => {
  const rows = [...(await allLimits())].map(([flag, { stops, defaults }]) => {
    const shown = [...defaults].map(([value, where]) => `${value} (${whereOf(where)})`).join('; ');
    return `| \`${flag}\` | ${shown} | ${stops} |`;
  });
  const table = ['| option | default | what it stops |', '| --- | --- | --- |', ...rows.sort()].join('\n');
  const page = readFileSync('docs/guide/limits.md', 'utf8');
  const made = page.replace(/<!-- limits -->[\s\S]*?<!-- end -->/, `<!-- limits -->\n${table}\n<!-- end -->`);
  expect(made).toContain(table);
  await expect(made).toMatchFileSnapshot('../../docs/guide/limits.md');
});
