import { InvalidArgumentError, Option } from '@commander-js/extra-typings';

/** The names of line endings on the command line. */
const lineEnds = { none: '', lf: '\n', crlf: '\r\n' } as const;

/** What follows a message. */
export type LineEnd = (typeof lineEnds)[keyof typeof lineEnds];

/** The option `--eol`, for clients of servers that need another line ending than the usual one. */
export function lineEndOption(usual: string, what = 'each message') {
  const option = new Option('--eol <ending>', `what follows ${what} (default: ${usual})`);
  return option.choices(Object.keys(lineEnds)).argParser(parseLineEnd);
}

function parseLineEnd(word: string): LineEnd {
  if (Object.hasOwn(lineEnds, word)) return lineEnds[word as keyof typeof lineEnds];
  throw new InvalidArgumentError('It is none, lf or crlf.');
}
