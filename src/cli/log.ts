import { asWirelineError, type Closed, type Connection, type OnError, printable } from '../core/index.js';
import { inWords, type Observer } from '../transport/index.js';
import { countedRefusals } from './refusals.js';

/** How a server logs: `text` for people, `json` for programs, one line an event, always on stderr. */
export type LogFormat = 'text' | 'json';

/** What a server says of its work. `fields` are for programs. */
export interface Log {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
  /** What should not have happened; with `fields.stack`, where it happened. */
  error(message: string, fields?: { readonly stack?: string | undefined }): void;
}

type Level = keyof Log;

/** Bytes of the log that wait for room, where the disk is full, before new ones are dropped. */
const heldBytes = 1024 * 1024;

/**
 * A log on stderr. The logging library is loaded beside the start of the server, so that the port accepts
 * sooner; what is logged until then waits for it.
 */
export function stderrLog(format: LogFormat, verbosity: number): Log {
  const early: [Level, string, object][] = [];
  let write = (level: Level, message: string, fields: object): void => {
    early.push([level, message, fields]);
  };
  const loaded = loadLogger(format, verbosity).then((logger) => {
    write = (level, message, fields) => logger[level](fields, message);
    for (const entry of early.splice(0)) write(...entry);
  });
  // Where the library is missing, the server serves all the same, and says why it is silent.
  loaded.catch((error: Error) => process.stderr.write(`wireline: cannot load the log: ${error.message}\n`));
  const at =
    (level: Level) =>
    (message: string, fields: object = {}) =>
      write(level, message, fields);
  return { info: at('info'), warn: at('warn'), debug: at('debug'), error: at('error') };
}

async function loadLogger(format: LogFormat, verbosity: number) {
  const { pino } = await import('pino');
  const level = verbosity < 0 ? 'warn' : verbosity > 0 ? 'debug' : 'info';
  const stderr = pino.destination({ dest: 2, sync: true, maxLength: heldBytes });
  // A log that cannot be written, as on a full disk, is no reason to stop serving.
  stderr.on('error', () => {});
  if (format === 'json') return pino({ level }, stderr);
  const { prettyFactory } = await import('pino-pretty');
  const colorize = process.stderr.isTTY === true && !process.env.NO_COLOR;
  // No field is printed by itself: the message says it all.
  const readable = prettyFactory({ colorize, include: '', messageFormat: lineOf });
  return pino({ level }, { write: (entry) => void stderr.write(readable(entry)) });
}

/** An entry for people: the time of day here, and the message. */
function lineOf(entry: Record<string, unknown>, messageKey: string): string {
  const stack = typeof entry.stack === 'string' ? `\n${entry.stack}` : '';
  return `[${new Date(Number(entry.time)).toTimeString().slice(0, 8)}] ${entry[messageKey]}${stack}`;
}

/** Logs what a service has thrown by mistake: one message, and where it happened. */
export function loggedErrors(log: Log): OnError {
  return (error, { remote }) => {
    const known = asWirelineError(error);
    // The words and the names in a stack may be a peer's.
    const stack = error instanceof Error && error.stack ? printable(error.stack) : undefined;
    log.error(`${remote} met an error of this server: ${printable(known.message).replaceAll('\n', ' ')}`, { stack });
  };
}

/** Logs what a server's connections do. */
export function loggingObserver(log: Log): Observer {
  return {
    opened: (peer: Connection) => log.info(`${peer.remote} connected`, { peer: peer.id }),
    closed(peer, why, { received, sent }) {
      const level = why.reason === 'ended' || why.reason === 'shutdown' ? 'info' : 'warn';
      const fields = { peer: peer.id, reason: why.reason, received, sent };
      log[level](`${peer.remote} closed (${describe(why)}), ${received} bytes in, ${sent} bytes out`, fields);
    },
    refused: countedRefusals(
      (remote, why) => log.warn(`${remote} refused (${describe(why)})`, { reason: why.reason }),
      (count, last, why) =>
        log.warn(`${count} more refused (${describe(why)}), the last of them ${last}`, { reason: why.reason, count }),
    ),
  };
}

function describe({ reason, error }: Closed): string {
  return error ? `${reason}: ${inWords(error)}` : reason;
}
