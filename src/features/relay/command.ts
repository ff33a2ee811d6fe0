import { Command } from '@commander-js/extra-typings';
import { examples } from '../../cli/help.js';
import { type OptionTable, withOptions } from '../../cli/option-table.js';
import { count } from '../../cli/options.js';
import { runServer, serverOptions } from '../../cli/run-server.js';
import { greetOption, memoryOption, textOptions, textTable } from '../../cli/text-options.js';
import { Budget } from '../../core/index.js';
import { text } from '../../framing/index.js';
import { greeted } from '../../net/greeted.js';
import { relay } from './server/relay.js';

const relayOptions = {
  size: { flags: '--size <n>', help: 'clients that make a group', read: count, default: 2 },
  ...greetOption,
  ...textTable,
  ...serverOptions,
  ...memoryOption,
} as const satisfies OptionTable;

/** `wireline serve relay`: the chat of text 3. */
export function serveRelay() {
  const command = new Command('relay')
    .summary('pass lines between pairs of clients')
    .description(
      'Joins clients in pairs, in order of arrival, and passes the lines of each to the other. Bye, alone on a ' +
        'line, is passed on and ends both.',
    )
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH');
  return withOptions(command, relayOptions)
    .addHelpText('after', examples('wireline serve relay 9000', 'wireline connect localhost 9000   # twice'))
    .action((address, options) =>
      runServer(address, options, () => {
        const pairing = relay({ size: options.size, text: textOptions(options), budget: new Budget(options.memory) });
        return greeted(options.greet && text().encode(options.greet), pairing);
      }),
    );
}
