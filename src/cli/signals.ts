import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { WirelineError } from '../core/index.js';

/** The signals that end a command, with the exit status of a command that did not complete its work. */
const statuses = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;

/** A signal that ends a command. */
export type EndingSignal = keyof typeof statuses;

/** The parts of a command that differ when a signal ends it. */
export interface SignalOptions {
  /**
   * Called once, with the first signal that ends the command and its exit status. SIGQUIT allows no time to finish.
   */
  readonly onEnd: (status: number, name: EndingSignal) => void;
  /** True if the command reads what is typed, so that it has no work left when the terminal of stdin is gone. */
  readonly readsStdin?: boolean;
  /** Called for SIGHUP where the command has no terminal that could hang up: it continues. */
  readonly onReload?: () => void;
}

/**
 * Milliseconds within which a signal counts as the same one: npm and npx pass on what the terminal has already sent to
 * the whole process group.
 */
const sameMs = 200;

/** The descriptors of stdin, stdout and stderr that were terminals at the start: one that is gone says that it is none. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/**
 * Returns a signal that is aborted by SIGINT, SIGTERM and SIGQUIT, and by SIGHUP where a terminal can hang up: stdout or
 * stderr is one, or the command reads stdin from one. Elsewhere (nohup, a service) SIGHUP ends nothing; Node has
 * removed the disposition that nohup set, so the decision is made here. A second signal ends the process at once.
 */
export function abortedBySignals({ onEnd, readsStdin = false, onReload }: SignalOptions): AbortSignal {
  const controller = new AbortController();
  const hangsUp = terminals.some((fd) => fd !== 0 || readsStdin);
  let raised = 0;
  const end = (name: EndingSignal) => {
    const status = statuses[name];
    if (controller.signal.aborted && performance.now() - raised < sameMs) return;
    if (controller.signal.aborted) process.exit(status);
    raised = performance.now();
    onEnd(status, name);
    controller.abort(new WirelineError('interrupted', `ended by ${name}`));
  };
  for (const name of Object.keys(statuses) as EndingSignal[]) {
    process.on(name, () => {
      if (name !== 'SIGHUP' || hangsUp) end(name);
      else onReload?.();
    });
  }
  return controller.signal;
}

/** The status of a command that ends because its terminal is gone, when it was not sent SIGHUP too. */
export const hungUp = statuses.SIGHUP;

/** True if a terminal that the process was started on is gone: its window was closed, or the connection to it was lost. */
export function lostTerminal(): boolean {
  return terminals.some((fd) => !isatty(fd));
}

/** Ends the command as SIGHUP does, where the terminal is gone and the system has not sent that signal. */
export function hangUp(): void {
  process.kill(process.pid, 'SIGHUP');
}

/**
 * Node 20 aborts at its end where it cannot restore the modes of a terminal that is gone; it leaves closed descriptors
 * alone. Called once, at the start of the command.
 */
export function surviveLostTerminals(): void {
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) closed(fd);
  });
}

function closed(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // It was closed before.
  }
}
