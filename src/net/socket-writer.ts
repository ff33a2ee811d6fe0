import type net from 'node:net';
import { isReused, release } from '../core/index.js';
import { writeNow } from './raw-socket.js';
import { SendQueue } from './send-queue.js';
import { giveBack } from './slab.js';
import { flushSoon } from './tick.js';
import { highWater, lowWater } from './water-marks.js';

/** A write of this size is handed to the system at once; smaller ones are gathered until the end of the tick. */
const writeThrough = 16 * 1024;
/** An answer of up to this size is copied rather than looked at. */
const smallWrite = 512;

/** The callbacks of a {@link SocketWriter}. */
export interface WriterEvents {
  /** Everything that was written was handed to the system, and the system has taken it. */
  empty(): void;
  /** The system has taken more of what was written. */
  taken(): void;
  /** The backlog has fallen below its low-water mark after a `write` returned false. */
  drain(): void;
  /** A flush at the end of the tick has thrown. */
  fail(error: unknown): void;
}

/** The sending half of a socket: gathers what is written, hands it to the system, and counts what waits. */
export class SocketWriter {
  /** Bytes that were handed to the system. */
  sent = 0;
  /** The memory of the read that the handler is receiving: what it writes of it stays valid until the read is over. */
  reading: ArrayBufferLike | undefined;
  #socket!: net.Socket;
  readonly #queue = new SendQueue();
  /** Bytes that the system was given and has not yet taken. */
  #inFlight = 0;
  #scheduled = false;
  #wantsDrain = false;

  constructor(readonly events: WriterEvents) {}

  attach(socket: net.Socket): void {
    this.#socket = socket;
  }

  get backlog(): number {
    return this.#queue.bytes + this.#inFlight;
  }

  /** Bytes that the system has taken. */
  get taken(): number {
    return this.sent - this.#inFlight;
  }

  /** Returns false when the backlog has passed its high-water mark: `drain` then says when to go on. */
  write(bytes: Uint8Array): boolean {
    if (this.#inFlight > 0) this.#queue.gather(bytes);
    else if (this.reading && bytes.length <= smallWrite) this.#queue.copy(bytes);
    // The memory of the read stays valid until its end; other reused memory may be filled before that.
    else if (bytes.length < writeThrough && bytes.buffer !== this.reading && isReused(bytes)) this.#queue.gather(bytes);
    else this.#queue.push(bytes);
    if (this.#inFlight === 0) {
      if (bytes.length >= writeThrough || this.#queue.bytes >= highWater) this.send();
      else if (!this.reading) this.sendSoon();
    }
    if (this.backlog < highWater) return true;
    this.#wantsDrain = true;
    return false;
  }

  /** Hands the system what waits, if it is ready for more. */
  send(): void {
    while (this.#inFlight === 0 && !this.#socket.destroyed) {
      const batch = this.#queue.take();
      if (!batch) break;
      this.#send(batch);
    }
    if (this.#socket.destroyed) return;
    if (this.#queue.bytes > 0) this.#queue.keepAll();
    else if (this.#inFlight === 0) this.events.empty();
  }

  /** A read is over, and its memory is filled again: what waits is copied, and sent at the end of the tick. */
  sendAfterRead(): void {
    if (this.#queue.bytes === 0) return;
    this.#queue.keepAll();
    this.sendSoon();
  }

  sendSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    flushSoon(this);
  }

  /** Called at the end of the tick. */
  flush(): void {
    this.#scheduled = false;
    this.send();
  }

  fail(error: unknown): void {
    this.events.fail(error);
  }

  /** Drops what was not handed to the system. */
  drop(): void {
    this.#queue.clear();
  }

  /** The socket is closed: what the system had not taken is not sent. */
  close(): void {
    this.drop();
    this.sent -= this.#inFlight;
    this.#inFlight = 0;
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
    if (this.#inFlight > 0 && this.#socket.writableLength === 0) {
      this.#inFlight = 0;
      this.send();
      this.events.taken();
    }
    if (!this.#wantsDrain || this.backlog > lowWater) return;
    this.#wantsDrain = false;
    this.events.drain();
  };
}
