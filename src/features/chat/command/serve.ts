import { Command, InvalidArgumentError, Option, type OptionValues } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import type { LogFormat, Log as ServerLog } from '../../../cli/logger.js';
import { count, number, size, time } from '../../../cli/options.js';
import { runServer, type ServerOptions, withServerOptions } from '../../../cli/run-server.js';
import { type Connection, WirelineError } from '../../../core/index.js';
import type { Log, Retention } from '../protocol/journal.js';
import type { ChatLimits, ChatRooms } from './service.js';

/** Where `--log` has the chat's log kept, and how the server logs its own work: both are asked for by that name. */
interface Logs {
  readonly store: string;
  readonly format: LogFormat;
}

/** `wireline serve chat`: rooms for people with nc, with `wireline chat`, and for bots. */
export function serveChat() {
  const command = new Command('chat')
    .summary('rooms that lose nothing')
    .description(
      'Rooms on one port: for `wireline chat`, for nc and telnet in plain text, and for programs in JSON lines. What ' +
        'is said is numbered and kept in a log, and who comes back gets what it missed, once.',
    )
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH');
  return withServerOptions(withLimits(withLog(command)), { log: false })
    .addHelpText('after', examples('wireline serve chat 9000', 'wireline serve chat --log sqlite:chat.db 9000'))
    .action(serveRooms);
}

async function serveRooms(
  address: string,
  { log: logs, ...options }: Omit<ServerOptions, 'log'> & Options,
): Promise<void> {
  let rooms: ChatRooms | undefined;
  let log: Log | undefined;
  let server: ServerLog | undefined;
  const make = async (given: ServerLog) => {
    server = given;
    await checkLobby(options.lobby);
    // A file may be unusable: the server must know that before it has a port.
    if (logs.store !== 'memory') log = await opened(logs.store, options.sync, retentionOf(options));
    return (peer: Connection) => (rooms as ChatRooms).service(peer);
  };
  await runServer(address, { ...options, log: logs.format }, make, {
    // The port needs none of this; and no connection is accepted before it is there.
    load: async () => {
      const { chatRooms, memoryLog } = await import('./service.js');
      log ??= memoryLog(boundedBy(retentionOf(options)));
      rooms = chatRooms(log, server as ServerLog, options);
    },
    onStopping: async () => rooms?.goodbye(),
  });
  await log?.close();
}

/** What is said is kept somewhere, for some time. */
function withLog<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command
    .addOption(
      new Option(
        '--log <where>',
        'memory or sqlite:FILE: where what is said is kept; text or json: how to log on stderr. May be given twice',
      )
        .default({ store: 'memory', format: 'text' } as Logs, 'memory, text')
        .argParser(logs),
    )
    .option(
      '--sync <mode>',
      'full: what is acknowledged survives a power cut; normal: it survives a crash',
      sync,
      'full',
    )
    .option('--keep <n>', 'entries kept of each room (default: memory 10000, sqlite all)', count)
    .option('--keep-for <time>', 'how long an entry is kept', time)
    .option('--keep-bytes <size>', 'bytes kept of each room', size);
}

/** What members may do. */
function withLimits<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command
    .option('--lobby <room>', 'the room that plain-text clients are in first', 'lobby')
    .option('--replay <n>', 'entries told on joining', number, 50)
    .option('--hold <time>', 'how long a name is held for the return of who had it', time, 60_000)
    .option('--rate <n>', 'messages a second that a member may send in the long run (0: any)', number, 20)
    .option('--burst <n>', 'messages that a member may send at once', count, 100)
    .option('--max-message <size>', 'the longest message', size, 256 * 1024)
    .option('--max-backlog <size>', 'waiting for a member before it is closed as slow', size, 4 * 1024 ** 2)
    .option('--memory <size>', 'held for all members together', size, 256 * 1024 ** 2)
    .option('--max-rooms <n>', 'rooms in all', count, 10_000)
    .option('--max-members <n>', 'members of a room', count, 10_000);
}

interface Options extends ChatLimits {
  readonly log: Logs;
  readonly sync: 'full' | 'normal';
  readonly keep?: number | undefined;
  readonly keepFor?: number | undefined;
  readonly keepBytes?: number | undefined;
}

function retentionOf(options: Omit<Options, 'log'>) {
  return {
    ...(options.keep === undefined ? {} : { entries: options.keep }),
    ...(options.keepFor === undefined ? {} : { ageMs: options.keepFor }),
    ...(options.keepBytes === undefined ? {} : { bytes: options.keepBytes }),
  };
}

async function opened(store: string, mode: 'full' | 'normal', retention: Retention): Promise<Log> {
  const { sqliteLog } = await import('../journal/sqlite.js');
  return sqliteLog(store.slice('sqlite:'.length), { sync: mode, ...boundedBy(retention) });
}

function boundedBy(retention: Retention): { retention?: Retention } {
  return Object.keys(retention).length > 0 ? { retention } : {};
}

function logs(value: string, before: Logs): Logs {
  if (value === 'text' || value === 'json') return { ...before, format: value };
  if (value === 'memory' || /^sqlite:./.test(value)) return { ...before, store: value };
  throw new InvalidArgumentError('It is memory, sqlite:FILE, text or json.');
}

function sync(value: string): 'full' | 'normal' {
  if (value === 'full' || value === 'normal') return value;
  throw new InvalidArgumentError('It is full or normal.');
}

/** A name that is given is spelt as rooms are. Throws a `WirelineError` of code `usage` where it is none. */
async function checkLobby(name: string): Promise<void> {
  if (/^[a-z]+$/.test(name)) return;
  const { roomNameOf } = await import('../protocol/names.js');
  try {
    roomNameOf(name);
  } catch (error) {
    throw new WirelineError('usage', `--lobby must be a room: ${(error as Error).message}`);
  }
}
