import { isatty } from 'node:tty';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { clientOptions, onlyTarget } from '../../../cli/client-options.js';
import { examples } from '../../../cli/help.js';
import { type OptionTable, type Values, withOptions } from '../../../cli/option-table.js';
import { number, repeated } from '../../../cli/options.js';
import { runClientCommand, setPainted } from '../../../cli/process.js';
import { WirelineError } from '../../../core/index.js';
import { formatAddress, targetOf } from '../../../net/address.js';
import type { ChatSessionOptions } from './session.js';
import { SavedState } from './state.js';

const chattingOptions = {
  name: {
    flags: '--name <name>',
    help: 'the name to be known by (default: the server gives one)',
    read: nameGiven,
    environment: 'WIRELINE_NAME',
  },
  room: {
    flags: '--room <room>',
    help: 'a room to be in, may be given more than once (default: lobby)',
    read: repeated,
  },
  replay: {
    flags: '--replay <n>',
    help: 'messages shown on joining (default: as many as the server has it)',
    read: number,
  },
  listenOnly: {
    flags: '--listen-only',
    help: 'a pipe that sends nothing: stdin is not read, and its end ends nothing',
  },
  json: { flags: '--json', help: "a pipe of JSON lines: the server's messages out, and messages for it in" },
  ...clientOptions,
} as const satisfies OptionTable;

/** `wireline chat`: the rooms of a server, full screen on a terminal, and else lines in and lines out. */
export function chatCommand() {
  const command = new Command('chat')
    .summary('talk in the rooms of a server')
    .description(
      'Full screen on a terminal: rooms, history, completion by Tab; /help says more. Elsewhere a pipe, so that bots are ' +
        'shell scripts: each line of stdin is said in the first room, and what others say comes out as `[name] text`. ' +
        'Cut off, it comes back by itself, and nothing is lost or said twice.',
    )
    .usage('[options] [HOST PORT]')
    .argument('[address...]', 'HOST PORT, HOST:PORT or unix:PATH (default: the last server, or localhost:9000)');
  return withOptions(command, chattingOptions)
    .addHelpText(
      'after',
      examples(
        'wireline chat --name ada --room dev localhost 9000',
        'make 2>&1 | tail -1 | wireline chat --name builder --room dev localhost 9000',
        'wireline chat --listen-only --room dev localhost 9000 > dev.log',
        'wireline chat --json --replay 0 --name bot localhost 9000 < answers > questions',
      ),
    )
    .action((words, options) => {
      const { json = false } = options;
      return runClientCommand((signal) =>
        chat({ ...callOf(words, options), signal }, json).catch((error) => {
          throw words.length === 0 ? withHint(error) : error;
        }),
      );
    });
}

/** A server that was not named on the command line may be one of long ago: the error says how to name another. */
function withHint(error: unknown): unknown {
  if (!(error instanceof WirelineError) || error.code !== 'unreachable') return error;
  const { code, message, cause } = error;
  return new WirelineError(code, `${message}; wireline chat HOST PORT names another server`, { cause });
}

function callOf(
  words: readonly string[],
  { name, room, replay, connectTimeout, quiet, listenOnly }: Values<typeof chattingOptions>,
) {
  const state = new SavedState();
  const address = words.length === 0 ? targetOf(state.last ?? 'localhost:9000') : onlyTarget(words);
  const server = formatAddress(address);
  const secret = name === undefined ? undefined : state.secretFor(server, name);
  return {
    address,
    onNamed(given: string) {
      state.last = server;
      if (secret !== undefined) state.keepSecret(server, given, secret);
    },
    ...(secret === undefined ? {} : { secret }),
    rooms: room ?? ['lobby'],
    connectTimeoutMs: connectTimeout,
    quiet: quiet === true,
    listenOnly: listenOnly === true,
    ...(name === undefined ? {} : { name }),
    ...(replay === undefined ? {} : { replay }),
  };
}

/** On a terminal that can be painted, and where no program reads, the whole screen; else a pipe. */
async function chat(call: ChatSessionOptions, json: boolean): Promise<void> {
  const screen = !call.listenOnly && isatty(0) && isatty(1) && !json && process.env.TERM !== 'dumb';
  if (screen) setPainted();
  if (screen) await (await import('./screen.js')).chatScreen(call);
  else await (await import('./pipe.js')).chatPipe({ ...call, waitsForName: true }, json);
}

function nameGiven(name: string): string {
  if (name.trim() === '') throw new InvalidArgumentError('A name is not empty.');
  return name;
}
