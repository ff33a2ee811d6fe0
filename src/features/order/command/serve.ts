import { Command } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import { count } from '../../../cli/options.js';
import { reportFailure } from '../../../cli/process.js';
import { runServer, withServerOptions } from '../../../cli/run-server.js';
import { standardOutput } from '../../../cli/stdio.js';
import { greeting, textOptions, withMemoryOption, withTextOptions } from '../../../cli/text-options.js';
import { Budget, systemClock } from '../../../core/index.js';
import { text } from '../../../framing/index.js';
import { greeted } from '../../../net/greeted.js';
import type { Server } from '../../../net/index.js';
import { order } from '../server/order.js';

/** `wireline serve order`: the first server of text 3. */
export function serveOrder() {
  const command = new Command('order')
    .summary('acknowledge clients in the order of their messages')
    .description(
      'Waits until every client has said "Client X: Alice", prints the messages, and sends each client the ' +
        'order in which they were received.',
    )
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH')
    .option('--expect <n>', 'clients that make a round', count, 2)
    .option('--keep', 'start the next round instead of ending')
    .option('--greet <text>', 'a line that each client is sent first', greeting);
  return withMemoryOption(withServerOptions(withTextOptions(command, 250)))
    .addHelpText('after', examples('wireline serve order 9000', 'wireline serve order --expect 3 --keep 9000'))
    .action(async (address, options) => {
      let server: Server | undefined;
      const end = () => void server?.close();
      const output = standardOutput((error) => {
        reportFailure(error);
        end();
      });
      const service = () => {
        const acknowledging = order({
          output,
          clock: systemClock,
          expect: options.expect,
          text: textOptions(options),
          budget: new Budget(options.memory),
          ...(options.keep ? {} : { once: true, onRound: () => server?.stopListening() }),
        });
        return greeted(options.greet && text().encode(options.greet), acknowledging);
      };
      await runServer(address, options, service, {
        onListening(listening) {
          server = listening;
        },
      });
    });
}
