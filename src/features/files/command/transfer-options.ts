import { isatty } from 'node:tty';
import { clientOptions, timeLimitOptions } from '../../../cli/client-options.js';
import { canMoveCursor } from '../../../cli/job-control.js';
import type { OptionTable, Values } from '../../../cli/option-table.js';
import { runClientCommand } from '../../../cli/process.js';
import type { Progress } from '../../../cli/progress.js';
import { parseTarget } from '../../../net/address.js';
import { type FilesSession, openFiles } from '../client/session.js';

/** The options that every client of a files service has. */
export const transferOptions = {
  ...clientOptions,
  ...timeLimitOptions,
  json: { flags: '--json', help: 'print progress and what was done as lines of JSON, for programs' },
} as const satisfies OptionTable;

/** The values of {@link transferOptions}. */
export type TransferOptions = Values<typeof transferOptions>;

/** Connects to the files service that `words` begin with, runs `work` with the words that are left, and ends. */
export function withFiles(
  words: readonly string[],
  options: TransferOptions,
  work: (session: FilesSession, rest: string[], signal: AbortSignal) => Promise<void>,
): Promise<void> {
  return runClientCommand(async (signal) => {
    const { address, rest } = parseTarget(words);
    const session = await openFiles(address, {
      connectTimeoutMs: options.connectTimeout,
      timeoutMs: options.timeout,
      signal,
    });
    try {
      await work(session, rest, signal);
    } finally {
      session.end();
    }
  });
}

/** A progress bar for people with rate and time left for people, where stderr is a terminal; lines of JSON for programs. */
export async function progressFor(options: TransferOptions, print: (line: string) => void): Promise<Progress> {
  if (options.quiet || (!options.json && !(isatty(2) && canMoveCursor))) return { show() {}, stop() {} };
  const { barProgress, jsonProgress } = await import('../../../cli/progress.js');
  return options.json ? jsonProgress(print) : barProgress();
}
