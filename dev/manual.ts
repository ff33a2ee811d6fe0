import { readFileSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { describeDefaults } from '../src/cli/help.js';
import { commands } from '../src/main/commands.js';
import { type AnyCommand, manual } from '../src/main/manual.js';

/** The statuses of the command: `docs/reference/reasons.md` has them with their reasons. */
const statuses = [
  ['0', 'Everything was done and delivered.'],
  ['1', 'The work failed underway: a reset, a cut stream, a refusal, an output that is gone.'],
  ['2', 'Wrong usage.'],
  ['3', 'No connection, or no address to listen on.'],
  ['4', 'A time limit passed.'],
  ['129, 130, 143', 'SIGHUP, SIGINT or SIGTERM ended a client before its work was complete.'],
] as const;

const { version, released } = JSON.parse(readFileSync('package.json', 'utf8'));
const made = (await Promise.all(Object.values(commands).map((make) => make()))) as unknown as AnyCommand[];
for (const command of made)
  for (const each of [command, ...command.commands]) describeDefaults(each as Pick<Command, 'options'>);
process.stdout.write(manual(made, { version, date: new Date(released), statuses }));
