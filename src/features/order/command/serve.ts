import { Command } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import { count, number, refuseFormer } from '../../../cli/options.js';
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
    .option('--rounds <n>', 'rounds after which the server ends (0: never)', number, 1)
    .option('--greet <text>', 'a line that each client is sent first', greeting);
  refuseFormer(command, { '--keep': '--rounds 0' });
  return withMemoryOption(withServerOptions(withTextOptions(command, 250)))
    .addHelpText('after', examples('wireline serve order 9000', 'wireline serve order --expect 3 --rounds 0 9000'))
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
          ...(options.rounds === 0 ? {} : { rounds: options.rounds, onLastRound: () => server?.stopListening() }),
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
