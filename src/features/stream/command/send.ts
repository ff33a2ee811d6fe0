import { fstatSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { Command } from '@commander-js/extra-typings';
import { clientOptions, receiptOptions, receiptTable } from '../../../cli/client-options.js';
import { examples } from '../../../cli/help.js';
import { canMoveCursor } from '../../../cli/job-control.js';
import { type OptionTable, withOptions } from '../../../cli/option-table.js';
import { runClientCommand } from '../../../cli/process.js';
import { inputOf, isTyped } from '../../../cli/stdio.js';
import { WirelineError } from '../../../core/index.js';
import { parseTarget } from '../../../net/address.js';
import { send } from '../client.js';

const sendingOptions = {
  verify: { flags: '--verify', help: 'have the server confirm length and SHA-256: it must be serve sink --verify' },
  ...clientOptions,
  ...receiptTable,
} as const satisfies OptionTable;

/** `wireline send`: the client of text 2. */
export function sendCommand() {
  const command = new Command('send')
    .summary('send stdin, or files, one way')
    .description(
      'Sends stdin, or the files one after the other, and exits 0 only when the server has closed the ' +
        'connection after the last byte.',
    )
    .usage('[options] HOST PORT [FILE...]')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH, then files; - is stdin');
  return withOptions(command, sendingOptions)
    .addHelpText('after', examples('wireline send localhost 9000 < video.mp4', 'wireline send nas:9000 a.txt b.txt'))
    .action((words, options) =>
      runClientCommand(async (signal) => {
        if (options.verify && !options.receipt)
          throw new WirelineError('usage', '--verify waits for the receipt: it does not go with --no-receipt');
        const { address, rest: files } = parseTarget(words);
        const progress = await progressOf(files, options.quiet === true);
        try {
          await send(await inputOf(files), address, {
            connectTimeoutMs: options.connectTimeout,
            signal,
            ...receiptOptions(options),
            onProgress: progress.add,
            ...(options.verify ? { verify: true } : {}),
          });
        } finally {
          progress.stop();
        }
      }),
    );
}

/** Progress is for people: the library is loaded only where stderr is a terminal and the input none. */
async function progressOf(files: string[], quiet: boolean): Promise<{ add(bytes: number): void; stop(): void }> {
  if (quiet || !isatty(2) || !canMoveCursor || isTyped(files)) return { add() {}, stop() {} };
  const { barProgress } = await import('../../../cli/progress.js');
  const bar = barProgress();
  const size = sizeOf(files);
  let sent = 0;
  return {
    add(bytes) {
      sent += bytes;
      bar.show('', sent, size);
    },
    stop: bar.stop,
  };
}

/** The bytes of what is sent, where all of it is regular files; what cannot be read is told of when it is read. */
function sizeOf(files: string[]): number | undefined {
  let size = 0;
  for (const path of files.length === 0 ? ['-'] : files) {
    const stat = path === '-' ? fstatSync(0) : statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile()) return undefined;
    size += stat.size;
  }
  return size;
}
