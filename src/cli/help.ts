import type { Command } from '@commander-js/extra-typings';
import { inUnits, size, time } from './options.js';

/** The examples at the end of a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** Has the help show defaults as they are written: `16MiB`, not 16777216. */
export function describeDefaults(command: Pick<Command, 'options'>): void {
  for (const option of command.options) {
    if (option.parseArg !== size && option.parseArg !== time) continue;
    option.defaultValueDescription = inUnits(option.defaultValue as number, option.parseArg as typeof size);
  }
}
