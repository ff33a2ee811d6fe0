import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import type { Logger } from '../../../cli/logger.js';
import { type OptionTable, type Values, withOptions } from '../../../cli/option-table.js';
import { count, number, refuseFormer, size, time } from '../../../cli/options.js';
import { runServer, serverOptions } from '../../../cli/run-server.js';
import { type Connection, WirelineError } from '../../../core/index.js';
import type { Journal, Retention } from '../protocol/journal.js';
import { defaults } from '../server/options.js';
import type { ChatService } from './service.js';

const chatOptions = {
  store: {
    flags: '--store <where>',
    help: 'memory or sqlite:FILE: where the messages are kept',
    read: store,
    default: 'memory',
  },
  sync: {
    flags: '--sync <mode>',
    help: 'full: what is acknowledged survives a power cut; normal: it survives a crash',
    read: sync,
    default: 'full',
  },
  retain: {
    flags: '--retain <n>',
    help: 'messages kept of each room (default: memory 10000, sqlite all)',
    read: count,
    stops: 'a journal that grows without end',
  },
  retainFor: { flags: '--retain-for <time>', help: 'how long a message is kept', read: time },
  retainBytes: {
    flags: '--retain-bytes <size>',
    help: 'bytes kept of each room',
    read: size,
    stops: 'long messages from filling the disk',
  },
  lobby: {
    flags: '--lobby <room>',
    help: 'the room that plain-text clients are in first',
    read: String,
    default: defaults.lobby,
  },
  replay: { flags: '--replay <n>', help: 'messages shown on joining', read: number, default: defaults.replay },
  hold: {
    flags: '--hold <time>',
    help: 'how long a name is held for the return of its owner',
    read: time,
    default: defaults.holdMs,
  },
  rate: {
    flags: '--rate <n>',
    help: 'messages per second that a member may send in the long run (0: any)',
    read: number,
    default: defaults.rateLimit.rate,
    stops: 'one member from flooding its rooms',
  },
  burst: {
    flags: '--burst <n>',
    help: 'messages that a member may send at once',
    read: count,
    default: defaults.rateLimit.burst,
    stops: 'one member from flooding its rooms at once',
  },
  maxMessage: {
    flags: '--max-message <size>',
    help: 'the longest message',
    read: size,
    // Every member receives each message.
    default: defaults.maxMessage,
    stops: 'one member from taking all memory',
  },
  maxBacklog: {
    flags: '--max-backlog <size>',
    help: 'waiting for a member before it is closed as slow',
    read: size,
    default: defaults.maxBacklog,
    stops: 'members that do not read from taking all memory',
  },
  memory: {
    flags: '--memory <size>',
    help: 'held for all members together',
    read: size,
    default: defaults.memory,
    stops: 'many members that do not read, or begin long messages',
  },
  maxRooms: {
    flags: '--max-rooms <n>',
    help: 'rooms in all',
    read: count,
    default: defaults.maxRooms,
    stops: 'rooms without number from taking all memory',
  },
  maxMembers: {
    flags: '--max-members <n>',
    help: 'members of a room',
    read: count,
    default: defaults.maxMembers,
    stops: 'one room from costing every message the work of a whole server',
  },
  ...serverOptions,
} as const satisfies OptionTable;

type Options = Values<typeof chatOptions>;

/** `wireline serve chat`: rooms for people with nc, with `wireline chat`, and for bots. */
export function serveChat() {
  const command = new Command('chat')
    .summary('rooms that lose nothing')
    .description(
      'Rooms on one port: for `wireline chat`, for nc and telnet in plain text, and for programs in JSON lines. What ' +
        'is said is numbered and kept in a journal, and who comes back gets what it missed, once.',
    )
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH');
  refuseFormer(command, { '--keep': '--retain', '--keep-for': '--retain-for', '--keep-bytes': '--retain-bytes' });
  return withOptions(command, chatOptions)
    .addHelpText('after', examples('wireline serve chat 9000', 'wireline serve chat --store sqlite:chat.db 9000'))
    .action(serveRooms);
}

async function serveRooms(address: string, options: Options): Promise<void> {
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
