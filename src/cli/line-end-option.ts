import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { OptionTable } from './option-table.js';

/** The names of line endings on the command line. */
const lineEnds = { none: '', lf: '\n', crlf: '\r\n' } as const;

/** The ending of a message. */
export type LineEnd = (typeof lineEnds)[keyof typeof lineEnds];

/** The option `--eol`, for clients of servers that need another line ending than the usual one. */
export function lineEndOption<const U extends string>(usual: U, what = 'each message') {
  return {
    eol: {
      flags: '--eol <ending>',
      help: `what follows ${what} (default: ${usual})`,
      choices: Object.keys(lineEnds),
      read: parseLineEnd,
    },
  } as const satisfies OptionTable;
}

function parseLineEnd(word: string): LineEnd {
  if (Object.hasOwn(lineEnds, word)) return lineEnds[word as keyof typeof lineEnds];
  throw new InvalidArgumentError('A line ending is none, lf or crlf.');
}
