import { progressLine } from './progress-line.js';
import { readableName } from './readable.js';
import { stderr } from './stderr.js';

/** Shows how far what is sent or fetched has come, one thing after the other. */
export interface Progress {
  /** Of `name`, so many bytes are done, of `size` where that is known. */
  show(name: string, bytes: number, size?: number): void;
  /** Takes away what is shown, before a line is printed and at the end. */
  stop(): void;
}

/** Milliseconds before a bar is shown: what takes less needs none. */
const patienceMs = 300;
/** Milliseconds between two lines of JSON. */
const jsonEveryMs = 500;

/** Milliseconds between two looks of a bar. */
const redrawMs = 200;
const clearLine = '\r\x1b[2K';

/**
 * A bar on stderr with rate and time left, for people. It is one line that is written over, and sets no mode of the
 * terminal: whatever stops the process leaves a terminal that works.
 */
export function barProgress(): Progress {
  let now: { name: string; bytes: number; size: number | undefined } | undefined;
  let began = { at: 0, bytes: 0 };
  let timer: NodeJS.Timeout | undefined;
  let drawn = false;
  const draw = () => {
    if (!now) return;
    drawn = true;
    // The last column stays free: a terminal may begin a new row after it.
    stderr.draw(
      clearLine + progressLine({ ...now, rate: rateOf(now.bytes, began) }, (process.stderr.columns || 80) - 1),
    );
    timer = setTimeout(draw, redrawMs).unref();
  };
  const stop = () => {
    clearTimeout(timer);
    if (drawn) stderr.draw(clearLine);
    drawn = false;
    now = undefined;
  };
  return {
    show(name, bytes, size) {
      const shown = readableName(name);
      if (now?.name !== shown) {
        stop();
        began = { at: performance.now(), bytes };
        timer = setTimeout(draw, patienceMs).unref();
      }
      now = { name: shown, bytes, size };
    },
    stop,
  };
}

function rateOf(bytes: number, began: { at: number; bytes: number }): number {
  return (bytes - began.bytes) / Math.max(0.001, (performance.now() - began.at) / 1000);
}

/** Lines of JSON for programs: `{"progress":NAME,"bytes":N,"size":N}`, at most two a second. */
export function jsonProgress(print: (line: string) => void): Progress {
  let last = performance.now();
  return {
    show(progress, bytes, size) {
      if (performance.now() - last < jsonEveryMs) return;
      last = performance.now();
      print(JSON.stringify({ progress, bytes, size }));
    },
    stop() {},
  };
}
