import { Command } from '@commander-js/extra-typings';
import { examples } from '../../cli/help.js';
import { count } from '../../cli/options.js';
import { runServer, withServerOptions } from '../../cli/run-server.js';
import { greeting, textOptions, withMemoryOption, withTextOptions } from '../../cli/text-options.js';
import { Budget } from '../../core/index.js';
import { text } from '../../framing/index.js';
import { greeted } from '../../net/greeted.js';
import { relay } from './server/relay.js';

/** `wireline serve relay`: the chat of text 3. */
export function serveRelay() {
  const command = new Command('relay')
    .summary('pass lines between pairs of clients')
    .description(
      'Joins clients in pairs, in order of arrival, and passes the lines of each to the other. Bye, alone on a ' +
        'line, is passed on and ends both.',
    )
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH')
    .option('--size <n>', 'clients that make a group', count, 2)
    .option('--greet <text>', 'a line that each client is sent first', greeting);
  return withMemoryOption(withServerOptions(withTextOptions(command)))
    .addHelpText('after', examples('wireline serve relay 9000', 'wireline connect localhost 9000   # twice'))
    .action((address, options) =>
      runServer(address, options, () => {
        const pairing = relay({ size: options.size, text: textOptions(options), budget: new Budget(options.memory) });
        return greeted(options.greet && text().encode(options.greet), pairing);
      }),
    );
}
