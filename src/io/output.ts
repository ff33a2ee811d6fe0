import { fstatSync, writeSync } from 'node:fs';
import net from 'node:net';
import type { Output } from '../core/index.js';

/** Milliseconds until a terminal or file that is busy is tried again. */
const retryMs = 5;

/**
 * Writes to an open file descriptor, such as stdout. What the system takes at once is never copied; where a
 * pipe or socket is full, the rest is held, and the event loop goes on. `onFailed` is told once, when the
 * reader is gone or the disk is full: nothing drains after that.
 */
export function descriptorOutput(fd: number, onFailed: (error: Error) => void): Output {
  const stat = fstatSync(fd);
  if (stat.isFIFO() || stat.isSocket()) return new DescriptorOutput(fd, waitBySocket(fd), onFailed);
  return new DescriptorOutput(fd, waitByTimer, onFailed);
}

/** Waits until the descriptor takes more, and calls back with what is left of `rest` then, or with why it never will. */
type WriteRest = (rest: Uint8Array, done: (left: Uint8Array | Error) => void) => void;

class DescriptorOutput implements Output {
  #state: 'ready' | 'busy' | 'failed' = 'ready';
  /** The writes that the system has still to take, in order. */
  #held: Uint8Array[] = [];
  #waiting: (() => void)[] = [];

  constructor(
    readonly fd: number,
    readonly writeRest: WriteRest,
    readonly onFailed: (error: Error) => void,
  ) {}

  write(bytes: Uint8Array): boolean {
    const rest = this.#state === 'ready' ? this.#writeNow(bytes) : bytes;
    if (rest.length > 0 && this.#state !== 'failed') this.#hold(rest);
    return this.#state === 'ready';
  }

  whenDrained(run: () => void): void {
    if (this.#state === 'ready') run();
    else this.#waiting.push(run);
  }

  /** Returns the bytes that the system did not take. */
  #writeNow(bytes: Uint8Array): Uint8Array {
    let at = 0;
    try {
      while (at < bytes.length) at += writeSync(this.fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#fail(error as Error);
    }
    return bytes.subarray(at);
  }

  #hold(rest: Uint8Array): void {
    this.#held.push(Buffer.from(rest));
    if (this.#state === 'busy') return;
    this.#state = 'busy';
    this.#writeHeld();
  }

  #writeHeld(): void {
    const held = this.#held.length === 1 ? (this.#held[0] as Uint8Array) : Buffer.concat(this.#held);
    this.#held = [];
    this.writeRest(held, (left) => {
      if (left instanceof Error) return this.#fail(left);
      const still = this.#writeNow(left);
      if (this.#state === 'failed') return;
      if (still.length > 0) this.#held.unshift(still);
      if (this.#held.length > 0) this.#writeHeld();
      else this.#drained();
    });
  }

  #drained(): void {
    this.#state = 'ready';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  }

  #fail(error: Error): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#held = [];
    this.onFailed(error);
  }
}

/** A pipe or socket: the event loop says when there is room. This also makes the descriptor non-blocking. */
function waitBySocket(fd: number): WriteRest {
  const socket = new net.Socket({ fd, readable: false, writable: true });
  // The error is given to the write that it fails.
  socket.on('error', () => {});
  socket.unref();
  return (rest, done) => {
    socket.ref();
    socket.write(rest, (error) => {
      socket.unref();
      done(error ?? new Uint8Array(0));
    });
  };
}

/** A terminal, or a file of a kind that cannot be waited for: it is tried again in a moment. */
function waitByTimer(rest: Uint8Array, done: (left: Uint8Array) => void): void {
  setTimeout(done, retryMs, rest);
}
