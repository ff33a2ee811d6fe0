import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { describeDefaults } from '../cli/help.js';
import { reportFailure, setVerbosity, writeOut } from '../cli/process.js';
import { surviveLostTerminals } from '../cli/signals.js';
import { commands } from './commands.js';

declare const __VERSION__: string;

async function main(args: string[]): Promise<void> {
  const [word, next] = args;
  if (word === 'help') return main([...args.slice(1), '--help']);
  if (word === 'complete' && (next === 'bash' || next === 'zsh') && args.length === 2) {
    const { bashScript, zshScript } = await import('./complete.js');
    return writeOut(next === 'bash' ? bashScript : zshScript);
  }
  // Commands that are added to it report wrong usage in the same way.
  const program = own(new Command('wireline'))
    .description('Streams, messages, files and rooms over a plain socket.')
    .usage('COMMAND [options] ADDRESS')
    .version(__VERSION__)
    .hook('preAction', (_, command) => setVerbosity(command.opts()))
    .addHelpText('after', '\nwireline COMMAND --help says more, with examples.');
  const load = commands[word ?? ''];
  for (const make of load ? [load] : Object.values(commands)) program.addCommand((await make(load && next)) as Command);
  if (!load) await complete(program, word);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((child) => child.commands)]) {
    describeDefaults(command);
    own(command);
  }
  await program.parseAsync(args, { from: 'user' });
}

/** Has a command print as all do, and leave the end of the process to us. */
function own<C extends CommandUnknownOpts>(command: C): C {
  command.exitOverride().configureOutput({ writeOut: writeOut, outputError: (text, write) => write(oneLine(text)) });
  return command;
}

async function complete(program: Command, word: string | undefined): Promise<void> {
  const { addCompletion, describeBriefly } = await import('./complete.js');
  if (word === 'complete') describeBriefly(program);
  addCompletion(program);
}

/** Wrong usage is one line, like every failure, and says where help is. */
function oneLine(text: string): string {
  const what = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
  return `wireline: ${what} (see --help)\n`;
}

// NO_COLOR wins (no-color.org); Node itself lets FORCE_COLOR win, and warns.
if (process.env.NO_COLOR) delete process.env.FORCE_COLOR;
surviveLostTerminals();
main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof CommanderError)) return reportFailure(error);
  if (error.exitCode !== 0) process.exitCode = 2;
});
