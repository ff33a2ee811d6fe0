import type readline from 'node:readline';
import { canMoveCursor } from '../../../cli/job-control.js';
import { goBelow, hideTypedLine, openTerminal } from '../../../cli/terminal.js';
import { type Input, type Output, printable } from '../../../core/index.js';
import { isQuit } from '../service/options.js';

/** A terminal on which one person types while another's lines come in. */
export interface TalkTerminal {
  /** The typed lines, each a chunk without its newline. */
  readonly lines: Input;
  /** Shows whole lines above the one that is being typed. */
  readonly output: Output;
  /** Shows the prompt, or none while it is the other's turn. */
  prompt(own: boolean): void;
  /** True once the person has left: by `/q`, or at the end of input. */
  readonly left: boolean;
}

/**
 * Opens the terminal of stdin. Prompts and typed text are shown on stderr, what comes in on stdout. What is typed
 * before the lines are read waits for that; `onGone` is told where the person leaves before.
 */
export function talkTerminal(stdout: Output, onGone: () => void): TalkTerminal {
  const terminal = openTerminal('> ', () => terminal.prompt(true));
  let closed = false;
  let left = false;
  const lines = typed(terminal, onGone, () => {
    left = true;
  });
  terminal.on('close', () => {
    closed = true;
    leaveTypedLine(terminal);
  });
  return {
    lines,
    get left() {
      return left;
    },
    output: {
      write(bytes) {
        if (!closed && canMoveCursor) hideTypedLine(terminal);
        const taken = stdout.write(new TextEncoder().encode(printable(new TextDecoder().decode(bytes))));
        if (!closed) terminal.prompt(true);
        return taken;
      },
      whenDrained: (run) => stdout.whenDrained(run),
    },
    prompt(own) {
      terminal.setPrompt(own ? '> ' : '');
      if (!closed) terminal.prompt(true);
    },
  };
}

function typed(terminal: readline.Interface, onGone: () => void, onLeft: () => void): Input {
  const encoder = new TextEncoder();
  const early: Uint8Array[] = [];
  let stopped = false;
  const keep = (line: string) => {
    const bytes = encoder.encode(line);
    if (isQuit(bytes)) terminal.close();
    else early.push(bytes);
  };
  terminal.on('line', keep).on('close', onGone);
  return {
    read(receive, done) {
      terminal.off('line', keep).off('close', onGone);
      terminal.on('line', (line) => {
        if (stopped) return;
        const bytes = encoder.encode(line);
        if (isQuit(bytes)) onLeft();
        receive(bytes);
        terminal.prompt(true);
      });
      terminal.on('close', () => {
        if (stopped) return;
        onLeft();
        done();
      });
      early.forEach(receive);
    },
    // A person does not type faster than lines can wait.
    resume() {},
    stop() {
      stopped = true;
      terminal.close();
    },
  };
}

/** Leaves the cursor where the next line begins: a prompt with nothing after it goes, what was typed stays to be seen. */
function leaveTypedLine(terminal: readline.Interface): void {
  if (!canMoveCursor) return;
  if (terminal.line === '') hideTypedLine(terminal);
  else goBelow(terminal);
}
