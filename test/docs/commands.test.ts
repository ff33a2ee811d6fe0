import { readdirSync, readFileSync } from 'node:fs';
import type { Command, Option } from '@commander-js/extra-typings';
import { expect, test } from 'vitest';
import { commands } from '../../src/main/commands.js';

type AnyCommand = Command & { readonly commands: readonly AnyCommand[] };

/** The options of each command, by its words: `send`, `serve echo`. */
async function allOptions(): Promise<Map<string, readonly Option[]>> {
  const all = new Map<string, readonly Option[]>();
  for (const make of Object.values(commands)) {
    const command = (await make()) as AnyCommand;
    for (const child of command.commands) all.set(`${command.name()} ${child.name()}`, child.options);
    if (command.commands.length === 0) all.set(command.name(), command.options);
  }
  return all;
}

const pages = ['README.md', ...readdirSync('docs/guide').map((name) => `docs/guide/${name}`)];
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
const places = [...pages, ...sources.map((path) => `src/${path}`)];

/** Each use of an option in a text: the command, the flag, and the word after it. */
function usesIn(text: string, known: ReadonlyMap<string, readonly Option[]>) {
  return [...text.matchAll(/\b(serve \w+|[a-z]+)((?: +[^\n`'"|#$;]*)?)/g)].flatMap(([, name = '', rest = '']) => {
    const options = known.get(name);
    if (!options) return [];
    // Another command in the same line has options of its own.
    const [own = ''] = rest.split(/\b(?:wireline|npx|node)\b/);
    return [...own.matchAll(/(--[a-z][a-z-]+)(?:[ =]([^\s<[(,]+))?/g)].map(([, flag = '', value]) => ({
      name,
      options,
      flag,
      value,
    }));
  });
}

/** Why a use is wrong; nothing where it is right. */
function faultOf({ name, options, flag, value }: ReturnType<typeof usesIn>[number]): string | undefined {
  if (flag === '--help') return undefined;
  const option = options.find((each) => each.long === flag && !each.hidden);
  if (!option) return `${name} has no ${flag}`;
  if (!option.required || value === undefined || /^[A-Z-]+$/.test(value) || !option.parseArg) return undefined;
  try {
    option.parseArg(value, option.defaultValue as never);
    return undefined;
  } catch (error) {
    return `${name} ${flag} ${value}: ${(error as Error).message}`;
  }
}

test('the pages and the sources use options that their commands have, with values that these take', async () => {
  const known = await allOptions();
  const wireline =
    /(?:wireline |`)((?:serve \w+|send|ask|get|put|ls|announce|talk|chat|connect) [^\n`]*)|(serve (?:echo|sink|transform|files|order|relay|chat) --[^\n`']*)/g;
  let uses = 0;
  const faults = places.flatMap((place) => {
    const found = [...readFileSync(place, 'utf8').matchAll(wireline)].flatMap(([, a, b]) =>
      usesIn(a ?? b ?? '', known),
    );
    uses += found.length;
    return found.flatMap((use) => faultOf(use) ?? []).map((fault) => `${place}: ${fault}`);
  });
  expect(uses).toBeGreaterThan(60);
  expect(faults).toEqual([]);
});
