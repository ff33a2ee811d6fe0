import { isatty } from 'node:tty';
import { type Input, type Output, printable, WirelineError } from '../core/index.js';
import { descriptorInput, fileInput, sequence } from '../io/input.js';
import { descriptorOutput } from '../io/output.js';
import { errorText } from '../net/system-errors.js';
import { failIfClosed } from './closed-descriptor.js';
import { gathered } from './gathered.js';

/** Stdout for payload. Throws where it is closed; calls `onFailed`, once, when its reader is gone or its disk is full. */
export function standardOutput(onFailed: (error: WirelineError) => void): Output {
  failIfClosed(1, 'output');
  const output = descriptorOutput(1, (cause) => {
    onFailed(new WirelineError('output', `cannot write to stdout: ${errorText(cause)}`, { cause }));
  });
  return isatty(1) ? printableOutput(output) : output;
}

/** The same for lines: see {@link gathered}. On a terminal they keep their place among the prompts, which go to stderr. */
export function lineOutput(onFailed: (error: WirelineError) => void): Output {
  const output = standardOutput(onFailed);
  return isatty(1) ? output : gathered(output);
}

/** Stdin as bytes. Throws where it is closed. */
export function standardInput(): Input {
  failIfClosed(0, 'input');
  return descriptorInput(0);
}

/** True if lines are typed on a terminal for {@link inputOf} of these files. */
export function isTyped(files: readonly string[]): boolean {
  return (files.length === 0 || files.includes('-')) && isatty(0);
}

/**
 * Stdin, or the files one after the other; `-` is stdin, and a terminal gives lines. Errors name the file. Files that have to be `steady` may not change while they are read.
 */
export async function inputOf(files: readonly string[], { steady = false } = {}): Promise<Input> {
  const typed = isTyped(files) ? (await import('./terminal.js')).typedInput : undefined;
  const stdin = typed ? () => typed() : standardInput;
  if (files.length === 0) return stdin();
  return sequence(files.map((path) => () => (path === '-' ? stdin() : named(path, steady))));
}

function named(path: string, steady: boolean): Input {
  const unreadable = (cause: unknown) =>
    new WirelineError('input', `cannot read ${path}: ${errorText(cause)}`, { cause });
  try {
    const input = fileInput(path, { steady });
    return {
      read: (receive, done) => input.read(receive, (error) => done(error && unreadable(error))),
      resume: () => input.resume(),
      stop: () => input.stop(),
    };
  } catch (error) {
    throw unreadable(error);
  }
}

/** A terminal is given no control characters of a peer's: see {@link printable}. */
function printableOutput(output: Output): Output {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  return {
    write: (bytes) => output.write(encoder.encode(printable(decoder.decode(bytes, { stream: true })))),
    whenDrained: (run) => output.whenDrained(run),
  };
}
