import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import { WirelineError } from '../core/index.js';
import { type Address, parseTarget } from '../transport/address.js';
import { more, time } from './options.js';

/** The options that every client has. */
export function withClientOptions<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command
    .option('--connect-timeout <time>', 'how long to wait for the connection', time, 10_000)
    .option('-q, --quiet', 'no progress')
    .addOption(new Option('-v, --verbose', 'twice: failures with stack traces').default(0).argParser(more));
}

/** The address of a command that takes nothing else. Throws a `WirelineError` of code `usage` where there is more. */
export function onlyTarget(words: readonly string[]): Address {
  const { address, rest } = parseTarget(words);
  if (rest.length > 0)
    throw new WirelineError('usage', `nothing goes after the address: ${rest.join(' ')} (see --help)`);
  return address;
}
