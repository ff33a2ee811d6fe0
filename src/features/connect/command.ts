import { isatty } from 'node:tty';
import { Command } from '@commander-js/extra-typings';
import { clientOptions, onlyTarget, receiptOptions, receiptTable } from '../../cli/client-options.js';
import { examples } from '../../cli/help.js';
import { type LineEnd, lineEndOption } from '../../cli/line-end-option.js';
import { type OptionTable, withOptions } from '../../cli/option-table.js';
import { abortableBy, runClientCommand } from '../../cli/process.js';
import { inputOf, standardOutput } from '../../cli/stdio.js';
import type { Output } from '../../core/index.js';
import { connect } from './client.js';

const LF = 10;

const connectingOptions = {
  ...lineEndOption('lf', 'each line that is typed'),
  halfClose: {
    flags: '--no-half-close',
    help: 'stay until the server closes: for servers that take the end of input for a hang-up',
  },
  ...clientOptions,
  ...receiptTable,
} as const satisfies OptionTable;

/** `wireline connect`: both directions at once. */
export function connectCommand() {
  const command = new Command('connect')
    .summary('send and receive at once')
    .description(
      'Sends stdin and prints what comes, both at once. The end of input half-closes the connection; what the ' +
        'server still says is printed whole.',
    )
    .usage('[options] HOST PORT')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH');
  return withOptions(command, connectingOptions)
    .addHelpText('after', examples('wireline connect localhost 9000', 'wireline connect unix:/run/app.sock < request'))
    .action((words, options) =>
      runClientCommand(async (signal) => {
        const address = onlyTarget(words);
        const failed = abortableBy(signal);
        const output = standardOutput((error) => failed.fail(error));
        const ends = await interactive(output, options.eol);
        await connect(ends?.input ?? (await inputOf([])), ends?.output ?? output, address, {
          connectTimeoutMs: options.connectTimeout,
          signal: failed.signal,
          halfClose: options.halfClose,
          ...receiptOptions(options),
        });
      }),
    );
}

/** Where lines are typed on the terminal on which the answers appear, they are shown above what is being typed. */
async function interactive(output: Output, lineEnd: LineEnd | undefined) {
  if (!isatty(0)) return undefined;
  const { typedInput, typedLines } = await import('../../cli/terminal.js');
  const typed = typedLines('');
  const input = typedInput(lineEnd, typed);
  if (!isatty(1)) return { input, output };
  const above: Output = {
    write(bytes) {
      let taken = true;
      const show = () => {
        taken = output.write(bytes);
      };
      typed.above(show, bytes[bytes.length - 1] === LF);
      return taken;
    },
    whenDrained: (run) => output.whenDrained(run),
  };
  return { input, output: above };
}
