import type readline from 'node:readline';

/** False on a dumb terminal, which cannot move its cursor. Such a terminal edits its lines itself. */
export const canMoveCursor = process.env.TERM !== 'dumb';

/**
 * Has Control-Z stop the whole job, as a shell expects, and takes the terminal back when the job is continued, also
 * after `kill -STOP`. `redraw` shows what was being typed.
 */
export function controlJob(terminal: readline.Interface, redraw: () => void): void {
  if (!canMoveCursor) return;
  const onContinue = () => {
    // Node takes the terminal for raw still, and would change nothing.
    setRaw(false);
    setRaw(true);
    terminal.resume();
    redraw();
  };
  terminal.on('SIGTSTP', () => {
    setRaw(false);
    process.kill(0, 'SIGTSTP');
  });
  process.on('SIGCONT', onContinue);
  terminal.on('close', () => void process.off('SIGCONT', onContinue));
}

function setRaw(raw: boolean): void {
  try {
    process.stdin.setRawMode(raw);
  } catch {
    // There is no terminal any more.
  }
}
