import { isatty } from 'node:tty';
import { asWirelineError, type Closed, errorText, type OnError } from '../core/index.js';
import { type ConnectionEvent, connectionEvents } from '../net/events.js';
import { verbosity } from './process.js';
import { escapedJson, readableName } from './readable.js';
import { countedRefusals } from './refusals.js';
import { type LineWriter, stderr } from './stderr.js';

/** The format of a server's log: `text` for people, `json` for programs, one line per event, always on stderr. */
export type LogFormat = 'text' | 'json';

/** More about an event, for programs. A `stack` is logged for people too. */
export interface LogFields {
  readonly stack?: string | undefined;
  readonly [field: string]: unknown;
}

/** The log of a server's work. Nothing here throws or waits, and no text of a peer's can forge a line. */
export interface Logger {
  /** An error that should not have happened; `fields.stack` has the place. */
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A line that is there at any verbosity, and for people without a time: that the server listens, why it has failed. */
  notice(message: string, fields?: LogFields, level?: Level): void;
}

type Level = 'error' | 'warn' | 'info' | 'debug';

/** The numbers that programs know levels by, as of pino and bunyan, and the colours for people. */
const levels: Record<Level, { number: number; colour: string }> = {
  error: { number: 50, colour: '\x1b[31m' },
  warn: { number: 40, colour: '\x1b[33m' },
  info: { number: 30, colour: '' },
  debug: { number: 20, colour: '\x1b[2m' },
};

type Format = (level: Level, message: string, fields: LogFields) => string;

/**
 * A log on stderr. `verbosity` below 0 leaves out what is no warning, and above 0 adds what helps to find a fault. Lines
 * that nobody reads are dropped and counted: see {@link LineWriter}.
 */
export function stderrLogger(format: LogFormat, verbosity: number, writer: LineWriter = stderr): Logger {
  const write = format === 'json' ? jsonEntry() : textEntry(isatty(writer.fd) && process.stderr.hasColors());
  const least = levels[verbosity < 0 ? 'warn' : verbosity > 0 ? 'debug' : 'info'].number;
  const at =
    (level: Level) =>
    (message: string, fields: LogFields = {}) => {
      if (levels[level].number >= least) writer.write(write(level, message, fields));
    };
  writer.droppedLine = (count) => write('warn', `${count} lines of the log were dropped, as nobody read them`, {});
  const notice = (message: string, fields: LogFields = {}, level: Level = 'info') =>
    writer.write(format === 'json' ? write(level, message, fields) : plain(message, fields));
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), notice };
}

const plain = (message: string, { stack }: LogFields) =>
  stack === undefined ? readableName(message) : `${readableName(message)}\n${indented(stack)}`;

/** An entry for people: the time of day here, the message, and below it the stack of an error. */
const textEntry =
  (coloured: boolean): Format =>
  (level, message, { stack }) => {
    const line = `[${new Date().toTimeString().slice(0, 8)}] ${readableName(message)}`;
    const { colour } = levels[level];
    const shown = coloured && colour !== '' ? `${colour}${line}\x1b[m` : line;
    return stack === undefined ? shown : `${shown}\n${indented(stack)}`;
  };

/** A stack, whose first lines may be a peer's words. No line of it begins as an entry does. */
function indented(stack: string): string {
  return stack
    .split('\n')
    .map((line) => `    ${readableName(line.trim())}`)
    .join('\n');
}

/** An entry for programs: a line of JSON. The module that knows the name of the host is loaded only for it. */
function jsonEntry(): Format {
  const hostname = process.getBuiltinModule('node:os').hostname();
  return (level, message, fields) => {
    const { number } = levels[level];
    return escapedJson({ level: number, time: Date.now(), pid: process.pid, hostname, ...fields, message });
  };
}

/** Logs what a service has thrown by mistake: one message, and where it happened. */
export function loggedErrors(log: Logger): OnError {
  return (error, { remote }) => {
    const stack = error instanceof Error ? error.stack : undefined;
    log.error(`${remote} met an error of this server: ${asWirelineError(error).message}`, { stack });
  };
}

/** Logs what the connections of this process's server do, from now on. */
export function logConnections(log: Logger): void {
  const refused = countedRefusals(
    (remote, why) => log.warn(`${remote} refused (${describe(why)})`, { reason: why.reason }),
    (count, last, why) =>
      log.warn(`${count} more refused (${describe(why)}), the last of them ${last}`, { reason: why.reason, count }),
  );
  connectionEvents.subscribe((published) => {
    const event = published as ConnectionEvent;
    if (event.type === 'opened') log.info(`${event.remote} connected`, { peer: event.peer.id });
    if (event.type === 'refused') refused(event.remote, event.why);
    if (event.type === 'closed') logClosed(log, event);
  });
}

function logClosed(log: Logger, event: ConnectionEvent & { readonly type: 'closed' }): void {
  const { remote, peer, why, received, sent } = event;
  const level = why.reason === 'ended' || why.reason === 'shutdown' ? 'info' : 'warn';
  const stack = verbosity() >= 2 ? why.error?.stack : undefined;
  const fields = { peer: peer.id, reason: why.reason, received, sent, ...(stack === undefined ? {} : { stack }) };
  log[level](`${remote} closed (${describe(why)}), ${received} bytes in, ${sent} bytes out`, fields);
}

function describe({ reason, error }: Closed): string {
  return error ? `${reason}: ${errorText(error)}` : reason;
}
