import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { expect, test } from 'vitest';
import { commands } from '../../src/main/commands.js';

/** What the tests need of a command, whatever its arguments and options. */
type AnyCommand = Command & { readonly commands: readonly AnyCommand[] };

/** The sources of the tests that run the command itself. */
const sources = ['test/e2e', 'test/interop']
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(path, 'utf8'));

/** Characters between a command and its option in the source of a test, at most. */
const near = 700;

/** Whether some test gives `flag` close to the word of the command: a call, or a table of calls. */
function isUsed(word: string, flag: string): boolean {
  const pattern = new RegExp(`(?<![\\w-])${flag}(?![\\w-])`, 'g');
  const named = new RegExp(`\\b${word}\\b`);
  return sources.some((source) =>
    [...source.matchAll(pattern)].some(({ index }) =>
      named.test(source.slice(Math.max(0, index - near), index + near)),
    ),
  );
}

test('every option of every command is used by a test through the command line', async () => {
  const unused: string[] = [];
  for (const make of Object.values(commands)) {
    const command = (await make()) as AnyCommand;
    for (const each of command.commands.length > 0 ? command.commands : [command]) {
      for (const { long, short } of each.options) {
        const flags = [long, short].filter((flag) => flag !== undefined);
        if (!flags.some((flag) => isUsed(each.name(), flag))) unused.push(`${each.name()} ${flags.join(' ')}`);
      }
    }
  }
  expect(unused).toEqual([]);
});
