import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import { more, time } from './options.js';

/** The options that every client has. */
export function withClientOptions<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command
    .option('--connect-timeout <time>', 'how long to wait for the connection', time, 10_000)
    .option('-q, --quiet', 'no progress')
    .addOption(new Option('-v, --verbose', 'twice: failures with stack traces').default(0).argParser(more));
}
