import { isatty } from 'node:tty';
import { Command, Option, type OptionValues } from '@commander-js/extra-typings';
import { onlyTarget, withClientOptions, withTimeLimit } from '../../../cli/client-options.js';
import { type FramingChoice, framingOption } from '../../../cli/framing-option.js';
import { examples } from '../../../cli/help.js';
import { type LineEnd, lineEndOption } from '../../../cli/line-end-option.js';
import { count, range, size, time } from '../../../cli/options.js';
import { abortableBy, runClientCommand } from '../../../cli/process.js';
import { inputOf, lineOutput } from '../../../cli/stdio.js';
import { text } from '../../../framing/index.js';
import { ask, type ReplyFraming, type RequestSource, replyPauses, textReplies, verbatimReplies } from '../client.js';
import { fromArgs, fromFile, fromLines, fromPrompt, fromRange, withPrompt } from './request-sources.js';

/** `wireline ask`: the client of texts 1 and 5. */
export function askCommand() {
  const command = new Command('ask')
    .summary('send messages and print the replies')
    .description(
      'Sends a message, waits for its reply, prints it, again: typed at a prompt, piped as lines, or as the ' +
        'options say. The line exit, or the end of input, ends it.',
    )
    .usage('[options] HOST PORT')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH')
    .option('-m, --message <text>', 'ask this; may be given more than once', add)
    .addOption(new Option('-f, --file <file>', 'ask the bytes of this file, as one message').conflicts('message'))
    .addOption(
      new Option('-c, --count <a..b>', 'ask the numbers from A to B').argParser(range).conflicts(['message', 'file']),
    )
    .option('--pipeline <n>', 'messages on their way at a time', count, 1);
  return withTimeLimit(withClientOptions(withDialectOptions(command)), 60_000)
    .addHelpText('after', examples('wireline ask localhost 9000', 'wireline ask --count 1..100 --pipeline 32 :: 9000'))
    .action((words, options) =>
      runClientCommand(async (signal) => {
        const address = onlyTarget(words);
        const failed = abortableBy(signal);
        const output = lineOutput((error) => failed.fail(error));
        const asked = await questions(options);
        await ask(options.prompt && !isatty(0) ? withPrompt(asked, output) : asked, output, address, {
          connectTimeoutMs: options.connectTimeout,
          timeoutMs: options.timeout,
          skipGreeting: options.skipGreeting === true,
          signal: failed.signal,
          pipeline: options.pipeline,
          phrasing: phrasing(options),
        });
      }),
    );
}

/** The options that say how a server wants to be spoken to. */
function withDialectOptions<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command
    .addOption(framingOption())
    .option('--pause <time>', 'text framing: a silence that ends a reply without a newline', time, 50)
    .option('--max-message <size>', 'the longest message or reply', size, 128 * 1024 ** 2)
    .addOption(lineEndOption('lf'))
    .option('--prompt', 'print the prompt also where messages are piped')
    .option('--skip-greeting', 'wait for a greeting of the server before the first message, and do not print it');
}

interface QuestionOptions {
  message?: string[] | undefined;
  file?: string | undefined;
  count?: { from: number; to: number } | undefined;
  maxMessage: number;
}

async function questions(options: QuestionOptions): Promise<RequestSource> {
  if (options.count) return fromRange(options.count);
  if (options.file !== undefined) return fromFile(await inputOf([options.file]));
  if (options.message) return fromArgs(options.message.map((message) => Buffer.from(message)));
  return isatty(0) ? fromPrompt() : fromLines(options.maxMessage);
}

interface PhrasingOptions {
  framing: FramingChoice;
  file?: string | undefined;
  maxMessage: number;
  pause: number;
  eol?: LineEnd | undefined;
}

function add(text: string, before: string[] = []): string[] {
  return [...before, text];
}

function phrasing({ framing, file, maxMessage: max, pause: pauseMs, eol }: PhrasingOptions): ReplyFraming {
  if (framing === 'text') return textReplies(text({ ...replyPauses, max, pauseMs }), eol);
  const codec = framing(max);
  // A file that comes back is to be the same, to its last byte.
  return verbatimReplies(codec, file !== undefined && codec.name !== 'lines');
}
