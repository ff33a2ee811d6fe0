import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from '@commander-js/extra-typings';
import { framingOption } from '../../cli/framing-option.js';
import { examples } from '../../cli/help.js';
import { type OptionTable, type Values, withOptions } from '../../cli/option-table.js';
import { count, time } from '../../cli/options.js';
import { reportFailure } from '../../cli/process.js';
import { runServer, serverOptions } from '../../cli/run-server.js';
import { greetOption, memoryOption, textOptions, textTable } from '../../cli/text-options.js';
import { Budget, type Codec, type Connection, type Service, WirelineError } from '../../core/index.js';
import { type TextMessage, text, withEnds } from '../../framing/index.js';
import { greeted } from '../../net/greeted.js';
import { type Transform, type TransformOptions, transform } from './server/transform.js';
import { builtIn, transforms } from './server/transforms.js';
import { type TransformPool, transformPool } from './worker/pool.js';

/** Messages from this size on are left to a thread, so that the others need not wait for them. */
const large = 256 * 1024;
/** The same for text that is not ASCII, where each character is looked at. */
const costly = 8 * 1024;
/** The built-in transforms that look at characters, which takes its time. */
const slow = new Set(['reverse', 'upper', 'lower']);

const transformOptions = {
  with: {
    flags: '--with <transform>',
    help: `${Object.keys(transforms).join(', ')}, prefix:TEXT, suffix:TEXT, or the path of a module that exports a function`,
    required: true,
  },
  ...framingOption,
  workers: {
    flags: '--workers <n>',
    help: 'threads for a module, and for large messages',
    read: count,
    default: availableParallelism(),
    shown: 'one per core',
  },
  deadline: {
    flags: '--deadline <time>',
    help: 'how long a thread may take for a message',
    read: time,
    default: 5000,
    stops: 'a message that a transform never finishes from holding a thread',
  },
  ...greetOption,
  ...textTable,
  ...serverOptions,
  ...memoryOption,
} as const satisfies OptionTable;

type Options = Values<typeof transformOptions>;

/** `wireline serve transform`: the server of text 5. */
export function serveTransform() {
  const command = new Command('transform')
    .summary('answer each message with a modification of it')
    .description('Answers each message with what a transform makes of it, in the order of the messages.')
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH');
  return withOptions(command, transformOptions)
    .addHelpText(
      'after',
      examples('wireline serve transform --with reverse 9000', 'wireline serve transform --with ./shout.mjs 9000'),
    )
    .action(async (address, options) => {
      try {
        const inline = builtIn(options.with);
        const pool = lazyPool(inline ? options.with : moduleAddress(options.with), options);
        if (!inline) await checked(await pool.get(), options.with);
        // One thread is left to the others, however many messages a client sends at a time.
        const atOnce = Math.max(1, options.workers - 1);
        const inThread = (peer: Peer) => lent(pool, peer);
        const some = inline && slow.has(options.with);
        const make = some ? (peer: Peer) => sparing(inline(), inThread(peer)) : (inline ?? inThread);
        await runServer(address, options, () => greetedTransform({ ...options, atOnce }, make));
        await pool.close();
      } catch (error) {
        reportFailure(error);
      }
    });
}

/** The service of the options; a greeting is a message of the same framing. */
function greetedTransform(options: Options & { readonly atOnce: number }, make: TransformOptions['make']): Service {
  const codec = codecOf(options);
  const { greet, atOnce, memory } = options;
  const budget = new Budget(memory);
  return greeted(greet && codec.encode(greet), transform({ codec, make, views: true, atOnce, budget }));
}

interface LazyPool {
  get(): Promise<TransformPool>;
  close(): Promise<void>;
}

/** The pool, made when it is first needed. */
function lazyPool(word: string, options: Options): LazyPool {
  let made: Promise<TransformPool> | undefined;
  const get = () => {
    made ??= transformPool({
      worker: join(__dirname, '..', 'transform-worker.js'),
      transform: word,
      workers: options.workers,
      // The deadline is for what may loop; what is built in may take its time in a thread, and ends.
      deadlineMs: builtIn(word) ? 60_000 : options.deadline,
    });
    return made;
  };
  return { get, close: async () => void (await (await made)?.close()) };
}

type Peer = Pick<Connection, 'state'>;

/** A transform that leaves every message to the pool, and none of a peer that is gone. */
function lent(pool: LazyPool, peer: Peer): Transform {
  return async (message) => {
    // It is a view, and the pool may have to be made first.
    const copy = new Uint8Array(message);
    const threads = await pool.get();
    if (peer.state === 'closed') throw new WirelineError('reset', 'nobody waits for the reply');
    return threads.run(copy, peer);
  };
}

/** A built-in transform that leaves to threads what would take more than a few milliseconds. */
function sparing(inline: Transform, inThread: Transform): Transform {
  return (message) => (message.length < costly || isQuick(message) ? inline(message) : inThread(message));
}

function isQuick(message: Uint8Array): boolean {
  return message.length < large && message.every((byte) => byte < 128);
}

function moduleAddress(path: string): string {
  return pathToFileURL(resolve(path)).href;
}

/** Loads the module before anybody connects, so that a wrong path is wrong usage. */
async function checked(pool: TransformPool, path: string): Promise<void> {
  try {
    await pool.check();
  } catch (cause) {
    await pool.close();
    throw new WirelineError('usage', `cannot use ${path}: ${unusable(cause as NodeJS.ErrnoException)}`, { cause });
  }
}

function unusable({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'timeout') return 'it was not loaded within the --deadline';
  if (!/^Unknown file extension/.test(message)) return message.replace(/ imported from .*/, '');
  return `this Node (${process.version}) cannot load TypeScript; 22.18 and newer can`;
}

function codecOf(options: Options): Codec<TextMessage> {
  if (options.framing === 'text') return text(textOptions(options));
  return withEnds(options.framing(options.maxMessage));
}
