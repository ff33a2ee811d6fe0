import { Command } from '@commander-js/extra-typings';
import { clientOptions, onlyTarget } from '../../../cli/client-options.js';
import { examples } from '../../../cli/help.js';
import { lineEndOption } from '../../../cli/line-end-option.js';
import { type OptionTable, withOptions } from '../../../cli/option-table.js';
import { abortableBy, runClientCommand, writeNote } from '../../../cli/process.js';
import { standardOutput } from '../../../cli/stdio.js';
import { announce } from '../client/announce.js';

const announcingOptions = {
  as: { flags: '--as <label>', help: 'the label, such as X; without it, the server gives one' },
  name: { flags: '--name <name>', help: 'the name to announce', required: true },
  ...lineEndOption('none'),
  ...clientOptions,
} as const satisfies OptionTable;

/** `wireline announce`: a client of text 3. */
export function announceCommand() {
  const command = new Command('announce')
    .summary('say a name and print the order of all names')
    .description(
      'Says "Client X: Alice" to a server of order, and prints that and then all that the server says: the order in ' +
        'which the names were received.',
    )
    .usage('[options] HOST PORT')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH');
  return withOptions(command, announcingOptions)
    .addHelpText(
      'after',
      examples(
        'wireline announce localhost 9000 --as X --name Alice',
        'wireline announce localhost 9000 --as X --name Alice --eol lf   # to a server that reads lines',
      ),
    )
    .action((words, options) =>
      runClientCommand(async (signal) => {
        const address = onlyTarget(words);
        const failed = abortableBy(signal);
        const output = standardOutput((error) => failed.fail(error));
        await announce(output, address, {
          connectTimeoutMs: options.connectTimeout,
          signal: failed.signal,
          ...(options.as === undefined ? {} : { label: options.as }),
          name: options.name,
          ...(options.eol === undefined ? {} : { lineEnd: options.eol }),
          onNotice: writeNote,
          ...(process.stderr.isTTY ? { onWait: sayThatItWaits } : {}),
        });
      }),
    );
}

function sayThatItWaits(): void {
  writeNote('waiting for the other client (a server that reads lines answers only with --eol lf)');
}
