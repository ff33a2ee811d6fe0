import { asWirelineError, inWords, printable, type Reason, reasons, WirelineError } from '../core/index.js';
import { stderr } from './stderr.js';

/** How much the command says on stderr: `-q` is -1, `-v` 1 and `-vv` 2. */
let verbosity = 0;

/** Sets how much is said on stderr. */
export function setVerbosity(level: number): void {
  verbosity = level;
}

/** Prints a line on stderr, where everything goes that is not payload. Where nobody reads it, the work goes on. */
export function say(line: string): void {
  stderr.write(line);
}

let printing = false;

/**
 * Prints on stdout what was asked for and is no payload: a list, the help. A reader that has seen enough of it is
 * no failure; a full disk is.
 */
export function print(text: string): void {
  if (!printing) {
    process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EPIPE' || process.exitCode) return;
      reportFailure(new WirelineError('output', `cannot write to stdout: ${inWords(cause)}`, { cause }));
    });
  }
  printing = true;
  process.stdout.write(text);
}

/** Prints what failed as one line, with its stack only at `-vv`, and sets the exit status of its reason. */
export function reportFailure(error: unknown): void {
  const known = asWirelineError(error);
  // Some of the words may be a peer's.
  say(`wireline: ${printable(known.message).replaceAll('\n', ' ')}`);
  if (verbosity >= 2) say(String((known.cause as Error | undefined)?.stack ?? known.stack));
  setStatus(known.code);
}

/** Sets the exit status of `reason`, unless a signal has set its own. The process then ends by draining. */
export function setStatus(reason: Reason): void {
  if (process.exitCode === undefined || process.exitCode === 0) process.exitCode = reasons[reason].status;
}

/** Milliseconds within which a signal is the same again: npm and npx pass on what the terminal sends to us as well. */
const sameMs = 200;

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * An abort signal that SIGINT and SIGTERM raise. `onSignal` is given the status of a process that the signal
 * ended. A second signal ends the process at once, unless it is the first one again.
 */
export function abortedBySignals(onSignal: (status: number) => void): AbortSignal {
  const controller = new AbortController();
  let raised = 0;
  for (const [name, status] of Object.entries(signals)) {
    process.on(name as keyof typeof signals, () => {
      if (controller.signal.aborted && performance.now() - raised < sameMs) return;
      if (controller.signal.aborted) process.exit(status);
      raised = performance.now();
      onSignal(status);
      controller.abort(new WirelineError('interrupted', `ended by ${name}`));
    });
  }
  return controller.signal;
}

/**
 * Runs a client to its end: what it rejects with becomes one line and a status; a signal cuts the connection
 * and gives 130 or 143.
 */
export async function runClient(client: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const signal = abortedBySignals((status) => {
    process.exitCode = status;
  });
  // Node ends in silence, with status 0, where nothing is left that a promise could be settled by.
  const unsettled = () => {
    if (!signal.aborted) reportFailure(new WirelineError('failed', 'ended before it was done: this is a bug'));
  };
  process.once('exit', unsettled);
  try {
    await client(signal);
  } catch (error) {
    if (!signal.aborted) reportFailure(error);
  }
  process.off('exit', unsettled);
  // What is left are sources that may never end, such as a terminal; what was written is out.
  if (signal.aborted) process.exit();
}

/**
 * A signal that is raised with `signal`, and by `fail`, such as when the output is gone. (Node 20 may collect what
 * `AbortSignal.any` gives while it is still listened to.)
 */
export function failing(signal: AbortSignal): { signal: AbortSignal; fail: (error: Error) => void } {
  const controller = new AbortController();
  signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  return { signal: controller.signal, fail: (error) => controller.abort(error) };
}
