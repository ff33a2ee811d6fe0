import type { Address } from '../core/index.js';
import { WirelineError } from '../core/index.js';
import { parseTarget } from '../net/address.js';
import type { ReceiptOptions } from '../net/receipt.js';
import type { OptionTable } from './option-table.js';
import { countFlag, time } from './options.js';
import { writeNote } from './process.js';

/** The options that every client has. */
export const clientOptions = {
  connectTimeout: {
    flags: '--connect-timeout <time>',
    help: 'how long to wait for the connection',
    read: time,
    default: 10_000,
    stops: 'a client from waiting for a machine that does not answer',
  },
  quiet: { flags: '-q, --quiet', help: 'say nothing on stderr but what goes wrong' },
  verbose: {
    flags: '-v, --verbose',
    help: 'say what the connection does; twice: failures with stack traces',
    read: countFlag,
    default: 0,
  },
} as const satisfies OptionTable;

/** The option of clients that wait for answers. */
export const timeLimitOptions = {
  timeout: {
    flags: '--timeout <time>',
    help: 'how long an awaited server may do nothing; 0: for ever',
    read: time,
    default: 60_000,
    stops: 'an awaited server that does nothing',
  },
} as const satisfies OptionTable;

/** The options of clients for which the server's end is the receipt. */
export const receiptTable = {
  wait: {
    flags: '--wait <time>',
    help: "how long to wait for the server's close once everything was sent; 0: for ever",
    read: time,
    default: 0,
    stops: 'a server that has everything and never closes',
  },
  receipt: { flags: '--no-receipt', help: "do not wait for the server's close once everything was sent" },
} as const satisfies OptionTable;

/** Returns the client's part of {@link receiptTable}. */
export function receiptOptions(options: { readonly wait: number; readonly receipt: boolean }): ReceiptOptions {
  const onWait = () => writeNote('everything was sent; waiting for the server to close (--wait TIME, --no-receipt)');
  return { waitMs: options.wait, receipt: options.receipt, onWait };
}

/** Returns the address of a command that takes nothing else. Throws a `WirelineError` of code `usage` where there is more. */
export function onlyTarget(words: readonly string[]): Address {
  const { address, rest } = parseTarget(words);
  if (rest.length > 0)
    throw new WirelineError('usage', `nothing goes after the address: ${rest.join(' ')} (see --help)`);
  return address;
}
