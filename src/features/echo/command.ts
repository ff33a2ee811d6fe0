import { Command } from '@commander-js/extra-typings';
import { examples } from '../../cli/help.js';
import { size } from '../../cli/options.js';
import { runServer, withServerOptions } from '../../cli/run-server.js';
import { echo } from './server.js';

/** `wireline serve echo`: text 1 of the seeds. */
export function serveEcho() {
  const command = new Command('echo')
    .summary('send every byte back')
    .description('Sends every byte back, to any number of clients at once.')
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH')
    .option(
      '--buffer <size>',
      'held for a client that sends before it reads; beyond, it must read',
      size,
      16 * 1024 ** 2,
    )
    .option('--memory <size>', 'held for all clients together', size, 256 * 1024 ** 2);
  return withServerOptions(command)
    .addHelpText('after', examples('wireline serve echo 9000', 'wireline serve echo --backlog 5 127.0.0.1:9000'))
    .action((address, options) => runServer(address, options, () => echo(options)));
}
