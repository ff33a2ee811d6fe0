import { asWirelineError, errorText, printable, type Reason, reasons, WirelineError } from '../core/index.js';
import { failIfClosed } from './closed-descriptor.js';
import { flushGathered } from './gathered.js';
import { abortedBySignals, hungUp, lostTerminal } from './signals.js';
import { stderr } from './stderr.js';

/** The amount that the command prints on stderr: `-q` is -1, `-v` 1 and `-vv` 2. */
let level = 0;

/** Sets how much is said on stderr, by the options `-q` and `-v` of the command. */
export function setVerbosity({ quiet, verbose = 0 }: { quiet?: unknown; verbose?: unknown }): void {
  level = quiet ? -1 : Number(verbose);
}

/** Returns how much the command prints on stderr. */
export function verbosity(): number {
  return level;
}

/** Prints a line on stderr, where everything goes that is not payload. Where nobody reads it, the work goes on. */
export function writeErr(line: string): void {
  flushGathered();
  stderr.write(line);
}

/** Prints a line on stderr that is no failure, such as what is waited for; not with `-q`. */
export function writeNote(line: string): void {
  if (level >= 0) writeErr(line);
}

let painted = false;

/** Says that the terminal is painted as a whole from now on: what the connection does would stand across it. */
export function setPainted(): void {
  painted = true;
}

let printing = false;

/**
 * Prints on stdout what was asked for and is no payload: a list, the help. A reader that has seen enough of it is
 * no failure; a full disk is. Throws where stdout is closed.
 */
export function writeOut(text: string): void {
  if (!printing) {
    failIfClosed(1, 'output');
    process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EPIPE' || process.exitCode) return;
      reportFailure(new WirelineError('output', `cannot write to stdout: ${errorText(cause)}`, { cause }));
    });
  }
  printing = true;
  process.stdout.write(text);
}

/** Prints what failed as one line, with its stack only at `-vv`, and sets the exit status of its reason. */
export function reportFailure(
  error: unknown,
  print: (line: string, more: { stack?: string | undefined }) => void = sayWithStack,
): void {
  const known = asWirelineError(error);
  const stack = level >= 2 ? ((known.cause as Error | undefined)?.stack ?? known.stack) : undefined;
  // Some of the words may be a peer's.
  print(`wireline: ${printable(known.message).replaceAll('\n', ' ')}`, { stack });
  setStatus(known.code);
}

function sayWithStack(line: string, { stack }: { stack?: string | undefined }): void {
  writeErr(line);
  if (stack !== undefined) writeErr(stack);
}

/** Sets the exit status of `reason`, unless a signal has set its own. The process then ends by draining. */
export function setStatus(reason: Reason): void {
  if (process.exitCode === undefined || process.exitCode === 0) process.exitCode = reasons[reason].status;
}

/**
 * Runs a client to its end: a rejection becomes one line and a status; a signal cuts the connection, and the status is
 * that of the signal. A process that ends in any other way cuts the connection too, because the system itself would end
 * it in order, and a server would take that for the end of the input.
 */
export async function runClientCommand(client: (signal: AbortSignal) => Promise<void>): Promise<void> {
  if (level >= 1) {
    const { clientLine, printConnections } = await import('./connection-lines.js');
    printConnections((line) => painted || writeErr(line), clientLine);
  }
  const signal = abortedBySignals({
    readsStdin: true,
    onEnd: (status) => {
      process.exitCode = status;
    },
  });
  const { signal: ended, fail } = abortableBy(signal);
  // Node ends in silence, with status 0, where nothing is left that a promise could be settled by.
  const unsettled = (status: number) => {
    if (!signal.aborted && status === 0)
      reportFailure(new WirelineError('failed', 'ended before it was done: this is a bug'));
    fail(new WirelineError('interrupted', 'the process has ended'));
  };
  process.once('exit', unsettled);
  try {
    await client(ended);
  } catch (error) {
    // The system may report that the terminal is gone before it sends SIGHUP, or send none.
    if (lostTerminal()) process.exitCode ??= hungUp;
    else if (!signal.aborted) reportFailure(error);
  }
  process.off('exit', unsettled);
  // The sources that are left may never end, such as a terminal; the output is out.
  if (signal.aborted || lostTerminal()) process.exit();
}

/**
 * A signal that is raised with `signal`, and by `fail`, such as when the output is gone. (Node 20 may collect what
 * `AbortSignal.any` gives while it is still listened to.)
 */
export function abortableBy(signal: AbortSignal): { signal: AbortSignal; fail: (error: Error) => void } {
  const controller = new AbortController();
  signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  return { signal: controller.signal, fail: (error) => controller.abort(error) };
}
