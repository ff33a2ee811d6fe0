import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import net from 'node:net';
import { type Input, Reusable } from '../core/index.js';

/** Bytes read from a file at a time. Larger reads are fewer turns of the event loop, and more memory. */
const fileReadSize = 1024 * 1024;
/** Bytes read from a pipe at a time: as many as one holds (pipe(7)). */
const pipeReadSize = 64 * 1024;

/** The bytes of an open descriptor, such as stdin: a file, a pipe or a socket. A terminal is for line mode. */
export function descriptorInput(fd: number): Input {
  const stat = fstatSync(fd);
  if (stat.isSocket()) return new PipeInput(fd, errorOfSocket);
  return stat.isFIFO() ? new PipeInput(fd) : new FileInput(fd);
}

/**
 * The bytes of the file at `path`, from its beginning. Throws where it cannot be opened. Where it has to be `steady`,
 * it ends with an error if it was changed while it was read.
 */
export function fileInput(path: string, { steady = false } = {}): Input {
  // To open a named pipe would else stop the process, signals and all, until somebody writes to it.
  if (statSync(path).isFIFO()) return new PipeInput(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  const fd = openSync(path, 'r');
  return new FileInput(fd, () => closeSync(fd), steady ? whyChanged(fd) : undefined);
}

/** Tells, at the end of a file that is open, whether it is as it is now. */
function whyChanged(fd: number): () => Error | undefined {
  const { size, mtimeMs, ctimeMs } = fstatSync(fd);
  return () => {
    const now = fstatSync(fd);
    if (now.size === size && now.mtimeMs === mtimeMs && now.ctimeMs === ctimeMs) return undefined;
    return new Error('it changed while it was read');
  };
}

/** The bytes of several inputs, one after the other; each is opened when the one before it has ended. */
export function sequence(openers: readonly (() => Input)[]): Input {
  let current: Input | undefined;
  let stopped = false;
  const next = (at: number, receive: (bytes: Uint8Array) => boolean, done: (error?: Error) => void): void => {
    const open = openers[at];
    if (stopped) return;
    if (!open) return done();
    try {
      current = open();
    } catch (error) {
      return done(error as Error);
    }
    current.read(receive, (error) => (error ? done(error) : next(at + 1, receive, done)));
  };
  return {
    read: (receive, done) => next(0, receive, done),
    resume: () => current?.resume(),
    stop() {
      stopped = true;
      current?.stop();
    },
  };
}

/** Reads in one step each, as a file is always ready, and lets the event loop turn between the steps. */
class FileInput implements Input {
  readonly #memory: Reusable;
  #state: 'reading' | 'paused' | 'stopped' = 'reading';
  #receive!: (bytes: Uint8Array) => boolean;
  #done!: (error?: Error) => void;

  constructor(
    readonly fd: number,
    readonly release: () => void = () => {},
    /** Why what has come to its end is not whole. */
    readonly whyNotWhole: () => Error | undefined = () => undefined,
  ) {
    // A small file needs little memory; what has no size may be endless.
    const { size } = fstatSync(fd);
    this.#memory = new Reusable(size > 0 ? Math.min(size, fileReadSize) : fileReadSize, Buffer.allocUnsafe);
  }

  read(receive: (bytes: Uint8Array) => boolean, done: (error?: Error) => void): void {
    this.#receive = receive;
    this.#done = done;
    setImmediate(this.#next);
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'reading';
    setImmediate(this.#next);
  }

  stop(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.release();
  }

  readonly #next = (): void => {
    if (this.#state !== 'reading') return;
    let bytes: Uint8Array;
    try {
      const memory = this.#memory.bytes;
      bytes = memory.subarray(0, readSync(this.fd, memory));
    } catch (error) {
      return this.#finish(error as Error);
    }
    if (bytes.length === 0) return this.#finish(this.whyNotWhole());
    if (!this.#receive(bytes)) this.#state = 'paused';
    else setImmediate(this.#next);
  };

  #finish(error?: Error): void {
    this.stop();
    this.#done(error);
  }
}

class PipeInput implements Input {
  readonly #memory = new Reusable(pipeReadSize, Buffer.allocUnsafe);
  #socket: net.Socket | undefined;

  constructor(
    readonly fd: number,
    /** Why what looks like the end is none. */
    readonly whyNoEnd: (fd: number) => Error | undefined = () => undefined,
  ) {}

  read(receive: (bytes: Uint8Array) => boolean, done: (error?: Error) => void): void {
    const onread = {
      buffer: () => this.#memory.bytes,
      callback: (size: number, buffer: Uint8Array) => receive(buffer.subarray(0, size)),
    };
    const options = { fd: this.fd, readable: true, writable: false, onread };
    this.#socket = new net.Socket(options as net.SocketConstructorOpts);
    this.#socket.once('end', () => done(this.whyNoEnd(this.fd)));
    this.#socket.once('error', done);
    this.#socket.resume();
  }

  resume(): void {
    this.#socket?.resume();
  }

  stop(): void {
    this.#socket?.destroy();
  }
}

/**
 * Where a reset comes together with the last bytes of a socket, libuv before 1.52 says that the peer has ended, without
 * a read that would have told the truth (github.com/libuv/libuv/pull/4997). The next read does tell.
 */
function errorOfSocket(fd: number): Error | undefined {
  try {
    readSync(fd, Buffer.alloc(1));
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
