import type net from 'node:net';
import { writeOther } from '../core/bytes.js';
import { HandlerRunner } from '../core/handler-runner.js';
import type {
  Closed,
  Connection,
  ConnectionState,
  OnError,
  PeerAddress,
  Reason,
  Sendable,
  Service,
} from '../core/index.js';
import { formatPeer, isReason, reasons } from '../core/index.js';
import { notAReason } from '../core/reason.js';
import { nextId } from './connection-ids.js';
import { SocketClosing } from './socket-closing.js';
import { SocketWriter } from './socket-writer.js';
import { reasonOf } from './system-errors.js';
import { isSoleReader } from './tick.js';

/** A socket as a {@link Connection}: what is common to TCP and Unix sockets, at both ends. */
export class SocketConnection implements Connection {
  readonly id = nextId();
  readonly remote: string;
  readonly secure = false;
  state: ConnectionState = 'open';
  /** Bytes received so far. */
  received = 0;

  readonly #handler: HandlerRunner;
  readonly #writer: SocketWriter;
  readonly #closing: SocketClosing;
  #paused = false;
  #stopping = false;
  #socket!: net.Socket;

  constructor(
    readonly address: PeerAddress,
    /** Called once, after the handler's `close`. */
    readonly onClosed: (peer: SocketConnection, why: Closed) => void = () => {},
    /** Milliseconds that a closing connection waits for the peer's own end. */
    lingerMs?: number,
    onError?: OnError,
  ) {
    this.remote = formatPeer(address);
    this.#handler = new HandlerRunner(this, onError);
    this.#writer = new SocketWriter({
      empty: () => {
        if (this.state !== 'open') this.#closing.finish(this.state === 'closed');
      },
      taken: () => {
        if (this.state === 'closed') this.#closing.wait();
      },
      drain: () => {
        if (this.state !== 'closed') this.#handler.drain();
      },
      fail: (error) => this.fail(error),
    });
    this.#closing = new SocketClosing(this.#writer, address.path === undefined, lingerMs);
  }

  /** Binds the connection to its open socket and lets the service begin. `socket` must read into {@link onRead}. */
  start(socket: net.Socket, service: Service): void {
    this.#socket = socket;
    this.#writer.attach(socket);
    this.#closing.attach(socket);
    socket.on('end', () => this.#onEnd());
    socket.on('error', (error: NodeJS.ErrnoException) => this.#onError(error));
    socket.on('close', () => this.#onClose());
    this.#handler.start(service);
    if (!this.#paused) socket.resume();
  }

  get backlog(): number {
    return this.#writer.backlog;
  }

  /** Bytes that were handed to the system. */
  get sent(): number {
    return this.#writer.sent;
  }

  /** Bytes that the system has taken so far. */
  get taken(): number {
    return this.#writer.taken;
  }

  get paused(): boolean {
    return this.#paused;
  }

  write(message: Sendable): boolean {
    if (this.state !== 'open') return false;
    return message instanceof Uint8Array ? this.#writer.write(message) : writeOther(this, message);
  }

  flush(): void {
    if (this.state === 'open' && !this.#writer.reading) this.#writer.send();
  }

  pause(): void {
    if (this.state === 'closed') return;
    this.#paused = true;
    if (!this.#writer.reading) this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused || this.#stopping || this.state === 'closed') return;
    this.#paused = false;
    if (!this.#writer.reading) this.#socket.resume();
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'ended';
    if (!this.#writer.reading) this.#writer.send();
  }

  close(reason: Reason = 'ended', error?: Error): void {
    if (this.state === 'closed') return;
    if (!isReason(reason)) return this.fail(new TypeError(notAReason(reason), { cause: error }));
    this.state = 'closed';
    this.#closing.why ??= error ? { reason, error } : { reason };
    if (reasons[reason].ending === 'cut') return this.#closing.reset();
    this.#closing.wait();
    if (!this.#writer.reading) this.#writer.send();
    // Read on, so that unread bytes do not turn our end into a reset that takes our last words with it.
    this.#paused = false;
    this.#socket.resume();
  }

  fail(error: unknown): void {
    this.#handler.fail(error);
  }

  /** The server stops: reads no more. What was received is finished by a handler that can, and else the connection closes. */
  stop(): void {
    this.#stopping = true;
    this.pause();
    if (!this.#handler.stopping()) this.close('shutdown');
  }

  /** From now on waits no longer than `ms` for the peer of a closing connection to take more, or to end. */
  shorten(ms: number): void {
    this.#closing.shorten(ms);
    if (this.state === 'closed') this.#closing.wait();
  }

  /** Ends the connection at once, and drops what its handler has not finished and the peer has not yet taken. */
  cut(): void {
    this.close('shutdown');
    this.#closing.reset();
  }

  /** The socket calls this with each read. */
  readonly onRead = (bytes: Uint8Array): boolean => {
    this.received += bytes.length;
    if (this.state === 'closed') return true;
    const writer = this.#writer;
    writer.reading = bytes.buffer;
    this.#handler.data(bytes);
    writer.reading = undefined;
    if (isSoleReader(writer) || this.state !== 'open') writer.send();
    else writer.sendAfterRead();
    return !this.#paused;
  };

  #onEnd(): void {
    if (this.state === 'closed') return this.#closing.onPeerEnd();
    this.#handler.end();
  }

  #onError(error: NodeJS.ErrnoException): void {
    this.#closing.why ??= { reason: reasonOf(error), error };
  }

  #onClose(): void {
    this.#closing.stop();
    this.state = 'closed';
    this.#writer.close();
    const why = this.#closing.why ?? { reason: 'ended' };
    this.#handler.close(why);
    this.onClosed(this, why);
  }
}
