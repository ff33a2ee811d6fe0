import { isPromise } from '../../../core/attempt.js';
import type { Connection, Handler } from '../../../core/index.js';
import type { TextMessage } from '../../../framing/index.js';
import { errorReply, replyOf } from './reply.js';
import { type Slot, Slots } from './slots.js';
import type { Transform } from './transform.js';

/** Messages of a connection that may wait for their replies before it is read no further, and bytes of them. */
export const maxWaiting = 64;
const maxBytes = 1024 * 1024;

/** One client of {@link transform}. */
export class Transforming implements Handler<TextMessage> {
  /** Oldest first; empty as long as every reply is made at once. */
  readonly #slots = new Slots();
  #full = false;
  /** The client has ended, or the server stops. */
  #over: 'ended' | 'shutdown' | undefined;

  constructor(
    readonly peer: Connection<TextMessage>,
    readonly make: Transform,
    readonly atOnce: number,
  ) {}

  data({ bytes, end }: TextMessage): void {
    if (this.#slots.size === 0) {
      const made = this.#made(bytes);
      if (made instanceof Uint8Array) {
        this.#write(made, end);
        if (this.#full) this.peer.pause();
        return;
      }
      this.#await(this.#slots.add({ end }), made);
    } else if (this.#mayBegin) this.#begin(this.#slots.add({ end }), bytes);
    // A request that waits begins later, and the bytes may be a view.
    else this.#slots.add({ end, message: new Uint8Array(bytes) });
    this.#go();
  }

  drain(): void {
    this.#full = false;
    this.#go();
  }

  end(): void {
    this.#over = 'ended';
    this.#go();
  }

  stopping(): void {
    this.#over ??= 'shutdown';
    this.#go();
  }

  get #mayBegin(): boolean {
    return !this.#full && this.#slots.making < this.atOnce;
  }

  #begin(slot: Slot, message: Uint8Array): void {
    const made = this.#made(message);
    // It waits for those before it, and may be a view.
    if (made instanceof Uint8Array) this.#slots.fill(slot, new Uint8Array(made));
    else this.#await(slot, made);
  }

  #made(message: Uint8Array): Uint8Array | Promise<Uint8Array> {
    try {
      const made = this.make(message);
      return isPromise(made) ? Promise.resolve(made).then(replyOf) : replyOf(made);
    } catch (error) {
      return errorReply(error);
    }
  }

  #await(slot: Slot, made: Promise<Uint8Array>): void {
    this.#slots.making++;
    void made.catch(errorReply).then((reply) => {
      this.#slots.making--;
      this.#slots.fill(slot, reply);
      this.#go();
    });
  }

  #write(reply: Uint8Array, end: TextMessage['end']): void {
    if (!this.peer.write({ bytes: reply, end })) this.#full = true;
  }

  /** Writes what is ready, begins what waits, and reads on where there is room. */
  #go(): void {
    if (this.peer.state === 'closed') return;
    for (let slot = this.#slots.takeReady(); slot; slot = this.#slots.takeReady()) {
      this.#write(slot.reply as Uint8Array, slot.end);
    }
    for (let slot = this.#slots.next(); slot && this.#mayBegin; slot = this.#slots.next()) {
      this.#begin(slot, this.#slots.begun(slot));
    }
    if (this.#slots.size === 0 && this.#over)
      return this.#over === 'ended' ? this.peer.end() : this.peer.close('shutdown');
    if (this.#full || this.#slots.size >= maxWaiting || this.#slots.bytes >= maxBytes) this.peer.pause();
    else if (this.peer.paused) this.peer.resume();
  }
}
