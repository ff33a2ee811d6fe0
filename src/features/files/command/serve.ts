import { Command } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import { given, maxBytesOption, warnOfRoom } from '../../../cli/max-bytes.js';
import { type OptionTable, withOptions } from '../../../cli/option-table.js';
import { runServer, serverOptions } from '../../../cli/run-server.js';
import { systemClock } from '../../../core/index.js';
import { files } from '../server/files.js';
import { servedTree } from '../tree/served-tree.js';

const servingOptions = {
  writable: { flags: '--writable', help: 'let clients put files' },
  ...maxBytesOption,
  ...serverOptions,
} as const satisfies OptionTable;

/** `wireline serve files`: files by name, of text 5. */
export function serveFiles() {
  const command = new Command('files')
    .summary('serve the files of a folder')
    .description(
      'Serves the regular files of a folder, and nothing outside of it. A plain name from nc is answered with the ' +
        'bytes; wireline get, put and ls check hashes and resume.',
    )
    .usage('DIR [options] PORT')
    .argument('<dir>', 'the folder')
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH');
  return withOptions(command, servingOptions)
    .addHelpText(
      'after',
      examples(
        'wireline serve files ./public 9000',
        'echo notes.txt | nc localhost 9000',
        'wireline get localhost 9000 notes.txt',
      ),
    )
    .action((dir, address, options, self) => {
      // Without the option, a file that is put has less time than one that is fetched.
      const stall = self.getOptionValueSource('stall') === 'default' ? {} : { stallMs: options.stall };
      const extras = options.writable && options.maxBytes === undefined ? { onListening: warnOfRoom } : {};
      return runServer(
        address,
        options,
        () =>
          files({
            folder: servedTree(dir, given(options.maxBytes)),
            clock: systemClock,
            writable: options.writable === true,
            ...stall,
          }),
        extras,
      );
    });
}
