import { type Command, InvalidArgumentError, type OptionValues } from '@commander-js/extra-typings';
import type { TextMessage, TextOptions } from '../framing/index.js';
import { size, time } from './options.js';

/** The options of services whose messages are lines of text; `pauseMs` is the default of `--pause`. */
export function withTextOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
  pauseMs = 50,
) {
  return command
    .option('--pause <time>', 'a silence in mid-line that ends a message without a newline', time, pauseMs)
    .option('--max-message <size>', 'the longest message', size, 16 * 1024 ** 2);
}

/** What {@link withTextOptions} gives, as the framing takes it. */
export function textOptions({ pause, maxMessage }: { pause: number; maxMessage: number }): TextOptions {
  return { pauseMs: pause, max: maxMessage };
}

/** The option of services that hold messages for their clients. */
export function withMemoryOption<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command.option('--memory <size>', 'held for all clients together', size, 256 * 1024 ** 2);
}

/** Reads the text of `--greet`: one line, of which the message is made that each client is sent first. */
export function greeting(text: string): TextMessage {
  if (/[\r\n]/.test(text)) throw new InvalidArgumentError('A greeting is one line.');
  return { bytes: new TextEncoder().encode(text), end: '\n' };
}
