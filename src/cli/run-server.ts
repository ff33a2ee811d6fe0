import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Service } from '../core/index.js';
import { formatAddress, idle, type Observer, type Server, serve } from '../net/index.js';
import { type LogFormat, type Logger, logConnections, loggedErrors, stderrLogger } from './logger.js';
import type { OptionTable, Values } from './option-table.js';
import { count, countFlag, number, time } from './options.js';
import { reportFailure, verbosity } from './process.js';
import { abortedBySignals } from './signals.js';
import { stderr } from './stderr.js';

/** The options that every server has. */
export const serverOptions = {
  log: {
    flags: '--log <format>',
    help: 'how to log on stderr',
    choices: ['text', 'json'],
    read: logFormat,
    default: 'text' as LogFormat,
    environment: 'WIRELINE_LOG',
  },
  backlog: {
    flags: '--backlog <n>',
    help: 'connections that the system queues until they are accepted',
    read: count,
    default: 511,
    stops: "a burst of connections from growing the system's queue",
  },
  maxConnections: {
    flags: '--max-connections <n>',
    help: 'connections served at a time; further ones are refused',
    read: count,
    default: 10_000,
    stops: 'a flood from taking all memory and descriptors',
  },
  maxPerAddress: {
    flags: '--max-per-address <n>',
    help: 'connections of one address at a time (0: any)',
    read: number,
    shown: 'nine tenths of --max-connections',
    stops: 'one host from taking all places',
  },
  stall: {
    flags: '--stall <time>',
    help: 'close a client that owes or is owed bytes and moves none for so long (0: never)',
    read: time,
    default: 300_000,
    stops: 'a client that never reads, or stops in the middle',
  },
  idle: {
    flags: '--idle <time>',
    help: 'close a connection that sends nothing for so long (0: never)',
    read: time,
    default: 0,
    stops: 'connections that are held and say nothing',
  },
  grace: {
    flags: '--grace <time>',
    help: 'how long a stopping server lets its clients take what is left',
    read: time,
    default: 5000,
    stops: 'a client that does not read from holding up the end of the server',
  },
  quiet: { flags: '-q, --quiet', help: 'log only what goes wrong' },
  verbose: {
    flags: '-v, --verbose',
    help: "log the end of each client's input too; twice: failures with stack traces",
    read: countFlag,
    default: 0,
  },
} as const satisfies OptionTable;

/** The values of {@link serverOptions}. */
export type ServerOptions = Values<typeof serverOptions>;

function logFormat(value: string): LogFormat {
  if (value === 'text' || value === 'json') return value;
  const store = /^(memory$|sqlite:)/.test(value) ? ` The journal of a chat is chosen by --store ${value}.` : '';
  throw new InvalidArgumentError(`A format is text or json.${store}`);
}

/** Callbacks of a sub-command beside its service. */
export interface ServerExtras {
  readonly observer?: Observer;
  /** Given the server once it listens. */
  readonly onListening?: (server: Server, log: Logger) => void;
  /**
   * Loads what the port does not need, once the listening line is printed. The built command loads without waiting for
   * anything, so that no connection is accepted before.
   */
  readonly load?: () => Promise<void>;
  /** Called when the server is told to stop: its connections are closed once this resolves. */
  readonly onStopping?: () => Promise<void>;
}

/**
 * Runs a server until a signal ends it, or until it is closed: prints the listening line, logs, drains, and
 * leaves the exit status at 0. `make` is given the log and gives the service.
 */
export async function runServer(
  wanted: string,
  options: ServerOptions,
  make: (log: Logger) => Service | Promise<Service>,
  extras: ServerExtras = {},
): Promise<void> {
  const log = stderrLogger(options.log, verbosity());
  try {
    if (verbosity() >= 1) {
      const { serverLine, printConnections } = await import('./connection-lines.js');
      printConnections(log.debug, serverLine);
    }
    logConnections(log);
    const service = await make(log);
    const server = await serve(options.idle > 0 ? idle(options.idle, service) : service, wanted, {
      backlog: options.backlog,
      maxConnections: options.maxConnections,
      ...addressLimit(options.maxPerAddress),
      stallMs: options.stall,
      graceMs: options.grace,
      ...(extras.observer ? { observer: extras.observer } : {}),
      onError: loggedErrors(log),
    });
    const address = formatAddress(server.address);
    // The reader of the next line may stop the server at once.
    stoppedBySignals(server, log, extras);
    const { port } = server.address;
    log.notice(`Server is listening on ${address}`, { address, ...(port === undefined ? {} : { port }) });
    await extras.load?.();
    extras.onListening?.(server, log);
    await server.closed;
    stderr.letGo();
    endWithin(options.grace, log);
  } catch (error) {
    reportFailure(error, (line, more) => log.notice(line, more, 'error'));
  }
}

/**
 * Has signals stop the server. A process that ends before its connections have been closed resets them: the system itself
 * would end them in order, which a client takes for its receipt.
 */
function stoppedBySignals(server: Server, log: Logger, { onStopping }: ServerExtras): void {
  const cut = () => void server.close({ graceMs: 0 });
  process.once('exit', cut);
  abortedBySignals({
    onEnd: (_status, name) => {
      server.stopListening();
      if (name === 'SIGQUIT') cut();
      else void Promise.resolve(onStopping?.()).then(() => server.close());
    },
    onReload: () => log.info('SIGHUP: there is nothing to reload, and the server continues'),
  });
}

function addressLimit(max: number | undefined) {
  if (max === undefined) return {};
  return { maxPerAddress: max === 0 ? Number.POSITIVE_INFINITY : max };
}

/** The output may have something to write still; one that is stuck does not keep the process for ever. */
function endWithin(ms: number, log: Logger): void {
  setTimeout(() => {
    log.notice('wireline: the output took nothing more: what was left is lost', {}, 'error');
    process.exit(1);
  }, ms).unref();
}
