import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import type { Address } from '../core/index.js';
import { WirelineError } from '../core/index.js';
import { parseTarget } from '../net/address.js';
import type { ReceiptOptions } from '../net/receipt.js';
import { countFlag, time } from './options.js';
import { writeNote } from './process.js';

/** The options that every client has. */
export function withClientOptions<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command
    .option('--connect-timeout <time>', 'how long to wait for the connection', time, 10_000)
    .option('-q, --quiet', 'say nothing on stderr but what goes wrong')
    .addOption(
      new Option('-v, --verbose', 'say what the connection does; twice: failures with stack traces')
        .default(0)
        .argParser(countFlag),
    );
}

/** The option of clients that wait for answers. */
export function withTimeLimit<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
  ms: number,
) {
  return command.option('--timeout <time>', 'how long an awaited server may do nothing; 0: for ever', time, ms);
}

/** The options of clients for which the server's end is the receipt. */
export function withReceiptOptions<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command
    .option('--wait <time>', "how long to wait for the server's close once everything was sent; 0: for ever", time, 0)
    .option('--no-receipt', "do not wait for the server's close once everything was sent");
}

/** The client's part of {@link withReceiptOptions}. */
export function receiptOptions(options: { wait: number; receipt: boolean }): ReceiptOptions {
  const onWait = () => writeNote('everything was sent; waiting for the server to close (--wait TIME, --no-receipt)');
  return { waitMs: options.wait, receipt: options.receipt, onWait };
}

/** The address of a command that takes nothing else. Throws a `WirelineError` of code `usage` where there is more. */
export function onlyTarget(words: readonly string[]): Address {
  const { address, rest } = parseTarget(words);
  if (rest.length > 0)
    throw new WirelineError('usage', `nothing goes after the address: ${rest.join(' ')} (see --help)`);
  return address;
}
