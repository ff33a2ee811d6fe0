import { InvalidArgumentError } from '@commander-js/extra-typings';
import { defaultMaxMessage, type TextMessage, type TextOptions } from '../framing/index.js';
import type { OptionTable } from './option-table.js';
import { size, time } from './options.js';

/** The options of services whose messages are lines of text. */
export const textTable = {
  pause: {
    flags: '--pause <time>',
    help: 'a silence in mid-line that ends a message without a newline',
    read: time,
    default: 50,
  },
  maxMessage: {
    flags: '--max-message <size>',
    help: 'the longest message',
    read: size,
    default: defaultMaxMessage,
    stops: 'a message without an end from growing in memory',
  },
} as const satisfies OptionTable;

/** Returns the values of {@link textTable} as the framing takes them. */
export function textOptions({
  pause,
  maxMessage,
}: {
  readonly pause: number;
  readonly maxMessage: number;
}): TextOptions {
  return { pauseMs: pause, max: maxMessage };
}

/** The option of services that hold messages for their clients. */
export const memoryOption = {
  memory: {
    flags: '--memory <size>',
    help: 'held for all clients together',
    read: size,
    default: 256 * 1024 ** 2,
    stops: 'many that send and never read, or begin long messages',
  },
} as const satisfies OptionTable;

/** The option of services whose clients may wait for a greeting. */
export const greetOption = {
  greet: { flags: '--greet <text>', help: 'a line that each client is sent first', read: greeting },
} as const satisfies OptionTable;

/** Reads the text of `--greet`: one line, of which the message is made that each client is sent first. */
function greeting(text: string): TextMessage {
  if (/[\r\n]/.test(text)) throw new InvalidArgumentError('A greeting is one line.');
  return { bytes: new TextEncoder().encode(text), end: '\n' };
}
