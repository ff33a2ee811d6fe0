import { isatty } from 'node:tty';
import { Command } from '@commander-js/extra-typings';
import { clientOptions, onlyTarget, timeLimitOptions } from '../../../cli/client-options.js';
import { framingOption } from '../../../cli/framing-option.js';
import { examples } from '../../../cli/help.js';
import { lineEndOption } from '../../../cli/line-end-option.js';
import { type OptionTable, type Values, withOptions } from '../../../cli/option-table.js';
import { count, range, repeated, size, time } from '../../../cli/options.js';
import { abortableBy, runClientCommand } from '../../../cli/process.js';
import { inputOf, lineOutput } from '../../../cli/stdio.js';
import { text } from '../../../framing/index.js';
import { ask, type ReplyFraming, type RequestSource, replyPauses, textReplies, verbatimReplies } from '../client.js';
import { fromArgs, fromFile, fromLines, fromPrompt, fromRange, withPrompt } from './request-sources.js';

const askingOptions = {
  message: { flags: '-m, --message <text>', help: 'ask this; may be given more than once', read: repeated },
  file: {
    flags: '-f, --file <file>',
    help: 'ask the bytes of this file, as one message',
    conflicts: ['message'],
  },
  count: {
    flags: '-c, --count <a..b>',
    help: 'ask the numbers from A to B',
    read: range,
    conflicts: ['message', 'file'],
  },
  pipeline: { flags: '--pipeline <n>', help: 'messages on their way at a time', read: count, default: 1 },
  ...framingOption,
  pause: {
    flags: '--pause <time>',
    help: 'text framing: a silence that ends a reply without a newline',
    read: time,
    default: 50,
  },
  maxMessage: {
    flags: '--max-message <size>',
    help: 'the longest message or reply',
    read: size,
    // It waits for one reply at a time, and so can hold a longer one.
    default: 128 * 1024 ** 2,
    stops: 'a reply without an end from growing in memory',
  },
  ...lineEndOption('lf'),
  prompt: { flags: '--prompt', help: 'print the prompt also where messages are piped' },
  skipGreeting: {
    flags: '--skip-greeting',
    help: 'wait for a greeting of the server before the first message, and do not print it',
  },
  ...clientOptions,
  ...timeLimitOptions,
} as const satisfies OptionTable;

type Options = Values<typeof askingOptions>;

/** `wireline ask`: the client of texts 1 and 5. */
export function askCommand() {
  const command = new Command('ask')
    .summary('send messages and print the replies')
    .description(
      'Sends a message, waits for its reply, prints it, again: typed at a prompt, piped as lines, or as the ' +
        'options say. The line exit, or the end of input, ends it.',
    )
    .usage('[options] HOST PORT')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH');
  return withOptions(command, askingOptions)
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

async function questions(options: Options): Promise<RequestSource> {
  if (options.count) return fromRange(options.count);
  if (options.file !== undefined) return fromFile(await inputOf([options.file]));
  if (options.message) return fromArgs(options.message.map((message) => Buffer.from(message)));
  return isatty(0) ? fromPrompt() : fromLines(options.maxMessage);
}

function phrasing({ framing, file, maxMessage: max, pause: pauseMs, eol }: Options): ReplyFraming {
  if (framing === 'text') return textReplies(text({ ...replyPauses, max, pauseMs }), eol);
  const codec = framing(max);
  // A file that comes back must be the same, to its last byte.
  return verbatimReplies(codec, file !== undefined && codec.name !== 'lines');
}
