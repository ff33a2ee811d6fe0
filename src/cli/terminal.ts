import readline from 'node:readline';
import type { Input } from '../core/index.js';
import { canMoveCursor, controlJob } from './job-control.js';
import { hangUp, lostTerminal } from './signals.js';

/** Lines typed on the terminal, each once and in order, also those typed ahead. */
export interface TypedLines {
  /** Calls `take` with the next line, or undefined at the end of input (Control-D). Shows the prompt while it waits. */
  next(take: (line: string | undefined) => void): void;
  /** Has `show` write what the peer sends, and shows what is being typed below it. `endsLine`: it ends in a newline. */
  above(show: () => void, endsLine: boolean): void;
  close(): void;
}

/**
 * Reads lines from the terminal. Node's readline takes a pasted line of any length, where the terminal's own
 * line mode cuts at 4,095 bytes (termios(3)). Prompts go to stderr, as stdout is for payload.
 */
export function typedLines(prompt: string): TypedLines {
  const lines: string[] = [];
  let waiting: ((line: string | undefined) => void) | undefined;
  let ended = false;
  let gone = false;
  const terminal = openTerminal(prompt, () => waiting && terminal.prompt(true));
  // A terminal that is gone ends the input; what it would have been shown has no reader.
  const onGone = () => {
    // Closing sets the terminal's mode, which fails in the same way.
    if (gone) return;
    gone = true;
    terminal.close();
  };
  for (const stream of [process.stdin, process.stderr, terminal]) stream.on('error', onGone);
  const answer = (line: string | undefined) => {
    const take = waiting;
    waiting = undefined;
    take?.(line);
  };
  terminal.on('line', (line) => (waiting ? answer(line) : lines.push(line)));
  terminal.on('close', () => {
    ended = true;
    // The end of the terminal is not the end of the input, which a server would take for the whole.
    if (lostTerminal()) return hangUp();
    if (waiting && prompt + terminal.line !== '') goBelow(terminal);
    answer(undefined);
  });
  return {
    next(take) {
      const line = lines.shift();
      if (line !== undefined) return take(line);
      if (ended) return take(undefined);
      waiting = take;
      // The text that was typed before stays, with the cursor behind it.
      terminal.prompt(true);
    },
    above: (show, endsLine) => (ended ? show() : showAbove(terminal, show, endsLine)),
    close: () => terminal.close(),
  };
}

function showAbove(terminal: readline.Interface, show: () => void, endsLine: boolean): void {
  if (terminal.line === '' || !canMoveCursor) return show();
  hideTypedLine(terminal);
  show();
  if (!endsLine) process.stderr.write('\r\n');
  terminal.prompt(true);
}

/** Clears what is being typed, which may fill several rows, so that a message can take its place. */
export function hideTypedLine(terminal: readline.Interface): void {
  readline.moveCursor(process.stderr, 0, -terminal.getCursorPos().rows);
  readline.cursorTo(process.stderr, 0);
  readline.clearScreenDown(process.stderr);
  // Readline would go up again, over what is shown now, by the rows that the line had when it was last drawn.
  Object.assign(terminal, { prevRows: 0 });
}

/** The terminal as lines that are edited, with Control-Z as a shell expects it; `redraw` shows what was being typed. */
export function openTerminal(prompt: string, redraw: () => void): readline.Interface {
  const ends = { input: process.stdin, output: process.stderr };
  const terminal = readline.createInterface({ ...ends, prompt, terminal: canMoveCursor });
  keepPastesTogether(terminal);
  controlJob(terminal, redraw);
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  return terminal;
}

/** Moves the cursor to the row below what is typed: what is printed next would else stand in the same line. */
export function goBelow(terminal: readline.Interface): void {
  if (!canMoveCursor) return void process.stderr.write('\n');
  const { rows } = terminal.getCursorPos();
  Object.assign(terminal, { cursor: terminal.line.length });
  readline.moveCursor(process.stderr, 0, terminal.getCursorPos().rows - rows);
  process.stderr.write('\r\n');
}

/**
 * Node 20 turns completion off during a paste and then inserts fast, but at the line's end, wherever the cursor is.
 * So it stays on where the cursor is in mid-line; at the end the fast way is the right one.
 */
function keepPastesTogether(terminal: readline.Interface): void {
  let enabled = true;
  Object.defineProperty(terminal, 'isCompletionEnabled', {
    get: () => enabled || terminal.cursor < terminal.line.length,
    set(value: boolean) {
      enabled = value;
    },
  });
}

/** Typed lines as the bytes of an {@link Input}, each with its line ending. */
export function typedInput(lineEnd = '\n', typed = typedLines('')): Input {
  const encoder = new TextEncoder();
  let resume: (() => void) | undefined;
  let stopped = false;
  return {
    read(receive, done) {
      const step = () =>
        typed.next((line) => {
          if (stopped) return;
          if (line === undefined) return done();
          if (receive(encoder.encode(`${line}${lineEnd}`))) step();
          else resume = step;
        });
      step();
    },
    resume() {
      const step = resume;
      resume = undefined;
      step?.();
    },
    stop() {
      stopped = true;
      typed.close();
    },
  };
}
