import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Bytes that wait for a reader, at most, before new lines are dropped. */
const mostHeld = 64 * 1024;
/** Milliseconds between two tries where nobody reads: the first ones, and the longest. */
const firstWaitMs = 10;
const longestWaitMs = 250;

/**
 * Writes lines to a descriptor, and never waits for its reader. Lines that the system does not take wait in memory, up
 * to 64 KiB; later ones are dropped and counted, and a line says how many as soon as somebody reads again. Errors, such
 * as a full disk, cost the line and no more.
 */
export class LineWriter {
  /** The writes that the system has still to take, in order. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #dropped = 0;
  #waitMs = firstWaitMs;
  #timer: NodeJS.Timeout | undefined;
  #keepsProcess = true;
  #target: number | undefined;

  constructor(
    readonly fd: number,
    /** The line that says that `count` lines were dropped. */
    public droppedLine = (count: number): string => `wireline: ${count} lines were dropped, as nobody read them`,
  ) {}

  /** Writes a line; the newline is added. Never throws and never waits. */
  write(line: string): void {
    if (this.#held.length > 0 && this.#heldBytes + line.length > mostHeld) this.#dropped++;
    else this.#add(Buffer.from(`${line}\n`));
  }

  /** Writes what is out of date in a moment, such as a progress bar, or drops it where it would have to wait. */
  draw(text: string): void {
    if (this.#held.length === 0) this.#add(Buffer.from(text));
  }

  /** From now on the process ends without the lines that nobody reads. Until then they keep it. */
  letGo(): void {
    this.#keepsProcess = false;
    this.#timer?.unref();
  }

  #add(bytes: Buffer): void {
    if (this.#held.length > 0) return this.#hold(bytes);
    const rest = this.#try(bytes);
    if (rest.length > 0) this.#hold(Buffer.from(rest));
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#timer) return;
    process.once('exit', this.#retry);
    this.#wait();
  }

  #wait(): void {
    this.#timer = setTimeout(this.#retry, this.#waitMs);
    if (!this.#keepsProcess) this.#timer.unref();
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
  }

  readonly #retry = (): void => {
    this.#timer = undefined;
    const bytes = Buffer.concat(this.#held);
    const rest = this.#try(bytes);
    if (rest.length < bytes.length) this.#waitMs = firstWaitMs;
    this.#held = rest.length > 0 ? [Buffer.from(rest)] : [];
    this.#heldBytes = rest.length;
    if (rest.length > 0) return this.#wait();
    process.off('exit', this.#retry);
    this.#tellDropped();
  };

  #tellDropped(): void {
    const count = this.#dropped;
    this.#dropped = 0;
    if (count > 0) this.write(this.droppedLine(count));
  }

  /** Returns what the system has not taken. */
  #try(bytes: Buffer): Buffer {
    let at = 0;
    try {
      this.#target ??= withoutWaiting(this.fd);
      while (at < bytes.length) at += writeSync(this.#target, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return bytes.subarray(bytes.length);
    }
    return bytes.subarray(at);
  }
}

/**
 * A descriptor for the same terminal or pipe that takes what there is room for and does not wait. It is opened anew
 * where the system can do that (Linux): the descriptor itself is shared with other processes, and so are its flags. Where
 * it cannot, Node makes a pipe or socket non-blocking, and a terminal may wait.
 */
function withoutWaiting(fd: number): number {
  const stat = fstatSync(fd);
  if (stat.isFIFO() || isatty(fd)) {
    try {
      return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch {
      // There is no /proc, or no reader, or the terminal is another user's.
    }
  }
  if (stat.isFIFO() || stat.isSocket()) process.stderr.on('error', () => {});
  return fd;
}

/** Where everything goes that is not payload: what is logged, said and drawn. */
export const stderr = new LineWriter(2);
