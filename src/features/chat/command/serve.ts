import { Command, InvalidArgumentError, type OptionValues } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import type { Logger } from '../../../cli/logger.js';
import { count, number, refuseFormer, size, time } from '../../../cli/options.js';
import { runServer, type ServerOptions, withServerOptions } from '../../../cli/run-server.js';
import { type Connection, WirelineError } from '../../../core/index.js';
import type { Journal, Retention } from '../protocol/journal.js';
import type { ChatLimits, ChatService } from './service.js';

/** `wireline serve chat`: rooms for people with nc, with `wireline chat`, and for bots. */
export function serveChat() {
  const command = new Command('chat')
    .summary('rooms that lose nothing')
    .description(
      'Rooms on one port: for `wireline chat`, for nc and telnet in plain text, and for programs in JSON lines. What ' +
        'is said is numbered and kept in a journal, and who comes back gets what it missed, once.',
    )
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH');
  return withServerOptions(withLimits(withJournal(command)))
    .addHelpText('after', examples('wireline serve chat 9000', 'wireline serve chat --store sqlite:chat.db 9000'))
    .action(serveRooms);
}

async function serveRooms(address: string, options: ServerOptions & Options): Promise<void> {
  let rooms: ChatService | undefined;
  let journal: Journal | undefined;
  let logger: Logger | undefined;
  const make = async (given: Logger) => {
    logger = given;
    await checkLobby(options.lobby);
    // A file may be unusable: the server must know that before it has a port.
    if (options.store !== 'memory') journal = await opened(options.store, options.sync, retentionOf(options));
    return (peer: Connection) => (rooms as ChatService).service(peer);
  };
  await runServer(address, options, make, {
    // The port needs none of this; and no connection is accepted before it is there.
    load: async () => {
      const { chatService, memoryJournal } = await import('./service.js');
      journal ??= memoryJournal(boundedBy(retentionOf(options)));
      rooms = chatService(journal, logger as Logger, options);
    },
    onStopping: async () => rooms?.shutdown(),
  });
  await journal?.close();
}

/** Where the journal is kept, and for how long. */
function withJournal<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  refuseFormer(command, { '--keep': '--retain', '--keep-for': '--retain-for', '--keep-bytes': '--retain-bytes' });
  return command
    .option('--store <where>', 'memory or sqlite:FILE: where the messages are kept', store, 'memory')
    .option(
      '--sync <mode>',
      'full: what is acknowledged survives a power cut; normal: it survives a crash',
      sync,
      'full',
    )
    .option('--retain <n>', 'messages kept of each room (default: memory 10000, sqlite all)', count)
    .option('--retain-for <time>', 'how long a message is kept', time)
    .option('--retain-bytes <size>', 'bytes kept of each room', size);
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
  readonly store: string;
  readonly sync: 'full' | 'normal';
  readonly retain?: number | undefined;
  readonly retainFor?: number | undefined;
  readonly retainBytes?: number | undefined;
}

function retentionOf(options: Options) {
  return {
    ...(options.retain === undefined ? {} : { entries: options.retain }),
    ...(options.retainFor === undefined ? {} : { ageMs: options.retainFor }),
    ...(options.retainBytes === undefined ? {} : { bytes: options.retainBytes }),
  };
}

async function opened(store: string, mode: 'full' | 'normal', retention: Retention): Promise<Journal> {
  const { sqliteJournal } = await import('../journal/sqlite.js');
  return sqliteJournal(store.slice('sqlite:'.length), { sync: mode, ...boundedBy(retention) });
}

function boundedBy(retention: Retention): { retention?: Retention } {
  return Object.keys(retention).length > 0 ? { retention } : {};
}

function store(value: string): string {
  if (value === 'memory' || /^sqlite:./.test(value)) return value;
  throw new InvalidArgumentError('A store is memory or sqlite:FILE.');
}

function sync(value: string): 'full' | 'normal' {
  if (value === 'full' || value === 'normal') return value;
  throw new InvalidArgumentError('A mode is full or normal.');
}

/** A name that is given is spelt as rooms are. Throws a `WirelineError` of code `usage` where it is none. */
async function checkLobby(name: string): Promise<void> {
  if (/^[a-z]+$/.test(name)) return;
  const { parseRoomName } = await import('../protocol/names.js');
  try {
    parseRoomName(name);
  } catch (error) {
    throw new WirelineError('usage', `--lobby must be a room: ${(error as Error).message}`);
  }
}
