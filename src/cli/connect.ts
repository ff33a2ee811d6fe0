import { Command } from '@commander-js/extra-typings';
import { connect } from '../clients/connect.js';
import { onlyTarget, receiptOptions, withClientOptions, withReceiptOptions } from './client-options.js';
import { examples } from './help.js';
import { lineEndOption } from './line-end-option.js';
import { failing, runClient, setVerbosity } from './process.js';
import { inputOf, standardOutput } from './stdio.js';

/** `wireline connect`: both directions at once. */
export function connectCommand() {
  const command = new Command('connect')
    .summary('send and receive at once')
    .description(
      'Sends stdin and prints what comes, both at once. The end of input half-closes the connection; what the ' +
        'server still says is printed whole.',
    )
    .usage('[options] HOST PORT')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH')
    .addOption(lineEndOption('lf', 'each line that is typed'))
    .option('--no-half-close', 'stay until the server closes: for servers that take the end of input for a hang-up');
  return withReceiptOptions(withClientOptions(command))
    .addHelpText('after', examples('wireline connect localhost 9000', 'wireline connect unix:/run/app.sock < request'))
    .action((words, options) =>
      runClient(async (signal) => {
        setVerbosity(Number(options.verbose));
        const address = onlyTarget(words);
        const failed = failing(signal);
        const output = standardOutput((error) => failed.fail(error));
        await connect(await inputOf([], { lineEnd: options.eol }), output, address, {
          connectTimeoutMs: options.connectTimeout,
          signal: failed.signal,
          halfClose: options.halfClose,
          ...receiptOptions(options),
        });
      }),
    );
}
