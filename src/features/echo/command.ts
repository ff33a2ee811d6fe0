import { Command } from '@commander-js/extra-typings';
import { examples } from '../../cli/help.js';
import { type OptionTable, withOptions } from '../../cli/option-table.js';
import { size } from '../../cli/options.js';
import { runServer, serverOptions } from '../../cli/run-server.js';
import { memoryOption } from '../../cli/text-options.js';
import { defaultBuffer, echo } from './server.js';

const echoOptions = {
  buffer: {
    flags: '--buffer <size>',
    help: 'held for a client that sends before it reads; beyond, it must read',
    read: size,
    default: defaultBuffer,
    stops: 'a client that sends and never reads',
  },
  ...memoryOption,
  ...serverOptions,
} as const satisfies OptionTable;

/** `wireline serve echo`: text 1 of the seeds. */
export function serveEcho() {
  const command = new Command('echo')
    .summary('send every byte back')
    .description('Sends every byte back, to any number of clients at once.')
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH');
  return withOptions(command, echoOptions)
    .addHelpText('after', examples('wireline serve echo 9000', 'wireline serve echo --backlog 5 127.0.0.1:9000'))
    .action((address, options) => runServer(address, options, () => echo(options)));
}
