import type net from 'node:net';
import { writeOther } from '../core/bytes.js';
import { HandlerRunner } from '../core/handler-runner.js';
import type { Closed, Connection, ConnectionState, OnError, Reason, Sendable, Service } from '../core/index.js';
import { isReason, isReused, reasons, release } from '../core/index.js';
import { notAReason } from '../core/reason.js';
import { CloseTimer } from './close-timer.js';
import { writeNow } from './raw-socket.js';
import { SendQueue } from './send-queue.js';
import { giveBack } from './slab.js';
import { reasonOf } from './system-errors.js';
import { flushSoon, isSoleReader } from './tick.js';

/** Backlog at which `write` gives false, and the one at which `drain` follows, in bytes (netty's water marks). */
const highWater = 64 * 1024;
const lowWater = 32 * 1024;
/** A write of this size is handed to the system at once; smaller ones are gathered until the turn's end. */
const writeThrough = 16 * 1024;
/** An answer of up to this size is copied rather than looked at. */
const smallWrite = 512;

let connections = 0;

/** A socket as a {@link Connection}: what is common to TCP and Unix sockets, at both ends. */
export class SocketConnection implements Connection {
  readonly id = ++connections;
  state: ConnectionState = 'open';
  /** Bytes received and sent so far, for the log. */
  received = 0;
  sent = 0;

  readonly #handler: HandlerRunner;
  readonly #queue = new SendQueue();
  /** Bytes that the system was given and has not yet taken. */
  #inFlight = 0;
  /** The memory of the read that is being given to the handler. */
  #reading: ArrayBufferLike | undefined;
  #paused = false;
  #stopping = false;
  #scheduled = false;
  #wantsDrain = false;
  #why: Closed | undefined;
  #lastWait: CloseTimer | undefined;
  #socket!: net.Socket;

  constructor(
    readonly remote: string,
    /** Called once, after the handler's `close`. */
    readonly onClosed: (peer: SocketConnection, why: Closed) => void = () => {},
    /** Milliseconds that a closing connection waits for the peer's own end. */
    readonly farewellMs?: number,
    onError?: OnError,
  ) {
    this.#handler = new HandlerRunner(this, onError);
  }

  /** Binds the connection to its open socket and lets the service begin. `socket` must read into {@link onRead}. */
  start(socket: net.Socket, service: Service): void {
    this.#socket = socket;
    socket.on('end', () => this.#onEnd());
    socket.on('error', (error: NodeJS.ErrnoException) => this.#onError(error));
    socket.on('close', () => this.#onClose());
    this.#handler.start(service);
    if (!this.#paused) socket.resume();
  }

  get backlog(): number {
    return this.#queue.bytes + this.#inFlight;
  }

  /** Bytes that the system has taken so far. */
  get taken(): number {
    return this.sent - this.#inFlight;
  }

  get paused(): boolean {
    return this.#paused;
  }

  write(message: Sendable): boolean {
    if (this.state !== 'open') return false;
    return message instanceof Uint8Array ? this.#take(message) : writeOther(this, message);
  }

  #take(bytes: Uint8Array): boolean {
    if (this.#inFlight > 0) this.#queue.gather(bytes);
    else if (this.#reading && bytes.length <= smallWrite) this.#queue.copy(bytes);
    // What is being read stays valid until the end of the read; other reused memory may be filled before that.
    else if (bytes.length < writeThrough && bytes.buffer !== this.#reading && isReused(bytes))
      this.#queue.gather(bytes);
    else this.#queue.push(bytes);
    if (this.#inFlight === 0) {
      if (bytes.length >= writeThrough || this.#queue.bytes >= highWater) this.#flush();
      else if (!this.#reading) this.#flushLater();
    }
    if (this.backlog < highWater) return true;
    this.#wantsDrain = true;
    return false;
  }

  pause(): void {
    if (this.state === 'closed') return;
    this.#paused = true;
    if (!this.#reading) this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused || this.#stopping || this.state === 'closed') return;
    this.#paused = false;
    if (!this.#reading) this.#socket.resume();
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'ended';
    if (!this.#reading) this.#flush();
  }

  close(reason: Reason = 'ended', error?: Error): void {
    if (this.state === 'closed') return;
    if (!isReason(reason)) return this.fail(new TypeError(notAReason(reason), { cause: error }));
    this.state = 'closed';
    this.#why ??= error ? { reason, error } : { reason };
    if (reasons[reason].ending === 'cut') return this.#reset();
    this.#watch();
    if (!this.#reading) this.#flush();
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
  hurry(ms: number): void {
    this.#wait.shorten(ms);
    if (this.state === 'closed') this.#watch();
  }

  /** Ends the connection at once, and drops what its handler has not finished and the peer has not yet taken. */
  cut(): void {
    this.close('shutdown');
    this.#reset();
  }

  /** What the socket calls with each read. */
  readonly onRead = (bytes: Uint8Array): boolean => {
    this.received += bytes.length;
    if (this.state === 'closed') return true;
    this.#reading = bytes.buffer;
    this.#handler.data(bytes);
    this.#reading = undefined;
    if (isSoleReader(this) || this.state !== 'open') this.#flush();
    else if (this.#queue.bytes > 0) {
      this.#queue.keepAll();
      this.#flushLater();
    }
    return !this.#paused;
  };

  /** Hands the system what waits, if it is ready for more. */
  #flush(): void {
    while (this.#inFlight === 0 && !this.#socket.destroyed) {
      const batch = this.#queue.take();
      if (!batch) break;
      this.#send(batch);
    }
    if (this.#socket.destroyed) return;
    if (this.#queue.bytes > 0) this.#queue.keepAll();
    else if (this.#inFlight === 0 && this.state !== 'open') this.#finish();
  }

  /** All that was written has been taken: says so to the peer, unless the reason is one that ends in a reset. */
  #finish(): void {
    if (!this.#endsInReset() && !this.#socket.writableEnded) this.#socket.end();
    if (this.state === 'closed') this.#watch();
  }

  #send(batch: Uint8Array | Uint8Array[]): void {
    const socket = this.#socket;
    if (Array.isArray(batch)) {
      socket.cork();
      for (const piece of batch) this.#hand(piece);
      socket.uncork();
    } else {
      const taken = batch.length < writeThrough ? writeNow(socket, batch) : 0;
      this.sent += taken;
      if (taken === batch.length) giveBack(batch);
      if (taken === batch.length || socket.destroyed) return;
      this.#hand(taken === 0 ? batch : batch.subarray(taken));
    }
    this.#inFlight = socket.writableLength;
    if (this.#inFlight === 0) return;
    if (Array.isArray(batch)) batch.forEach(release);
    else release(batch);
  }

  #hand(piece: Uint8Array): void {
    this.sent += piece.length;
    this.#socket.write(piece, this.#onTaken);
  }

  /** The system has taken a piece. Called also for what it took at once, when nothing is in flight. */
  readonly #onTaken = (error?: Error | null): void => {
    if (error) return;
    if (this.#inFlight === 0 || this.#socket.writableLength > 0) return this.#drained();
    this.#inFlight = 0;
    this.#flush();
    if (this.state === 'closed') this.#watch();
    this.#drained();
  };

  #drained(): void {
    if (!this.#wantsDrain || this.backlog > lowWater) return;
    this.#wantsDrain = false;
    if (this.state !== 'closed') this.#handler.drain();
  }

  #flushLater(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    flushSoon(this);
  }

  /** Called at the end of the turn. */
  flush(): void {
    this.#scheduled = false;
    this.#flush();
  }

  #onEnd(): void {
    if (this.state === 'closed') return this.#onLastEnd();
    this.#handler.end();
  }

  /** The peer has ended while we were closing: nothing more can come, so the last wait is over. */
  #onLastEnd(): void {
    if (this.backlog === 0 && !this.#socket.writableEnded) this.#reset();
  }

  #onError(error: NodeJS.ErrnoException): void {
    this.#why ??= { reason: reasonOf(error), error };
  }

  #onClose(): void {
    this.#lastWait?.stop();
    this.state = 'closed';
    this.sent -= this.#inFlight;
    this.#queue.clear();
    this.#inFlight = 0;
    const why = this.#why ?? { reason: 'ended' };
    this.#handler.close(why);
    this.onClosed(this, why);
  }

  #reset(): void {
    this.#queue.clear();
    const socket = this.#socket;
    // A pipe knows no reset; nor does libuv while an end is on its way, and Node then loses the socket unclosed.
    const ending = socket.writableEnded && !socket.writableFinished;
    if (ending || this.remote.startsWith('unix:')) socket.destroy();
    else socket.resetAndDestroy();
  }

  /** Gives a closing connection a last wait: for the peer to take more, or, when all is taken, for its end. */
  #watch(): void {
    if (!this.#socket.destroyed) this.#wait.begin(this.backlog, this.#endsInReset() ? 'reset' : 'fin');
  }

  get #wait(): CloseTimer {
    this.#lastWait ??= new CloseTimer(() => this.#giveUp(), this.farewellMs);
    return this.#lastWait;
  }

  /** After an orderly end the system goes on by itself: a reset would take what a slow reader has still to read. */
  #giveUp(): void {
    if (this.backlog > 0 || this.#endsInReset()) this.#reset();
    else this.#socket.destroy();
  }

  #endsInReset(): boolean {
    return this.#why !== undefined && reasons[this.#why.reason].ending !== 'fin';
  }
}
