import type net from 'node:net';
import { type Closed, reasons } from '../core/index.js';
import { CloseTimer } from './close-timer.js';
import type { SocketWriter } from './socket-writer.js';

/** The end of a socket: why it closes, whether by an orderly end or a reset, and how long the peer has to take the rest. */
export class SocketClosing {
  /** Why the connection closes. The first reason counts. */
  why: Closed | undefined;
  #socket!: net.Socket;
  #timer: CloseTimer | undefined;

  constructor(
    readonly writer: SocketWriter,
    /** True if the transport can end in a reset. A pipe cannot. */
    readonly canReset: boolean,
    /** Milliseconds that the connection waits for the peer's own end. */
    readonly lingerMs?: number,
  ) {}

  attach(socket: net.Socket): void {
    this.#socket = socket;
  }

  /** The peer has taken everything: ends our side, unless the reason is one that ends in a reset. */
  finish(closed: boolean): void {
    if (!this.#endsInReset && !this.#socket.writableEnded) this.#socket.end();
    if (closed) this.wait();
  }

  /** The peer has ended while we were closing: nothing more can come, so the last wait is over. */
  onPeerEnd(): void {
    if (this.writer.backlog === 0 && !this.#socket.writableEnded) this.reset();
  }

  /** Ends the connection at once, and drops what waits. */
  reset(): void {
    this.writer.drop();
    const socket = this.#socket;
    // libuv knows no reset while an end is on its way, and Node then loses the socket unclosed.
    const ending = socket.writableEnded && !socket.writableFinished;
    if (ending || !this.canReset) socket.destroy();
    else socket.resetAndDestroy();
  }

  /** Waits for the peer to take more or, when it has taken everything, for its end; then gives up. */
  wait(): void {
    if (!this.#socket.destroyed) this.#wait.begin(this.writer.backlog, this.#endsInReset ? 'reset' : 'fin');
  }

  /** From now on waits no longer than `ms`. */
  shorten(ms: number): void {
    this.#wait.shorten(ms);
  }

  stop(): void {
    this.#timer?.stop();
  }

  get #wait(): CloseTimer {
    this.#timer ??= new CloseTimer(() => this.#giveUp(), this.lingerMs);
    return this.#timer;
  }

  /** After an orderly end the system goes on by itself: a reset would take what a slow reader has still to read. */
  #giveUp(): void {
    if (this.writer.backlog > 0 || this.#endsInReset) this.reset();
    else this.#socket.destroy();
  }

  get #endsInReset(): boolean {
    return this.why !== undefined && reasons[this.why.reason].ending !== 'fin';
  }
}
