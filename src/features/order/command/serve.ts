import { Command } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import { type OptionTable, withOptions } from '../../../cli/option-table.js';
import { count, number, refuseFormer } from '../../../cli/options.js';
import { reportFailure } from '../../../cli/process.js';
import { runServer, serverOptions } from '../../../cli/run-server.js';
import { standardOutput } from '../../../cli/stdio.js';
import { greetOption, memoryOption, textOptions, textTable } from '../../../cli/text-options.js';
import { Budget, systemClock } from '../../../core/index.js';
import { text } from '../../../framing/index.js';
import { greeted } from '../../../net/greeted.js';
import type { Server } from '../../../net/index.js';
import { order } from '../server/order.js';

const orderOptions = {
  expect: { flags: '--expect <n>', help: 'clients that make a round', read: count, default: 2 },
  rounds: { flags: '--rounds <n>', help: 'rounds after which the server ends (0: never)', read: number, default: 1 },
  ...greetOption,
  ...textTable,
  // Nobody waits for an answer to a part of a message.
  pause: { ...textTable.pause, default: 250 },
  ...serverOptions,
  ...memoryOption,
} as const satisfies OptionTable;

/** `wireline serve order`: the first server of text 3. */
export function serveOrder() {
  const command = new Command('order')
    .summary('acknowledge clients in the order of their messages')
    .description(
      'Waits until every client has said "Client X: Alice", prints the messages, and sends each client the ' +
        'order in which they were received.',
    )
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH');
  refuseFormer(command, { '--keep': '--rounds 0' });
  return withOptions(command, orderOptions)
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
