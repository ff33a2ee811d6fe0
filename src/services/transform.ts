import { isPromise } from '../core/attempt.js';
import type { Codec, Connection, Handler, Service } from '../core/index.js';
import { framed, type TextMessage } from '../framing/index.js';
import { complaint, replyOf } from './transform-reply.js';

/**
 * Makes a reply of a message; a string is sent as UTF-8. What it throws, or rejects with, is the reply `error: ...` to
 * this message only.
 */
export type Transform = (message: Uint8Array) => Uint8Array | string | Promise<Uint8Array | string>;

/** How {@link transform} serves. */
export interface TransformOptions {
  readonly codec: Codec<TextMessage>;
  /** Gives each connection its transform, which may count its messages, and not begin with one once `peer` is closed. */
  readonly make: (peer: Pick<Connection, 'state'>) => Transform;
  /** Whether the transform is given views, valid until it returns (default: false, a message stays as it is). */
  readonly views?: boolean;
}

/** Messages of a connection that may wait for their replies before it is read no further. */
const maxWaiting = 64;

/**
 * Answers each message with what the transform makes of it, in the order of the messages, whatever the order in
 * which replies are ready; a reply ends as its message did. A client that does not read is not read from.
 */
export function transform({ codec, make, views = false }: TransformOptions): Service {
  return framed(codec, (peer) => new Transforming(peer, make(peer)), { explain: true, views });
}

/** A reply that is to come, or is there and waits for those before it. */
interface Slot {
  readonly end: TextMessage['end'];
  reply?: Uint8Array;
}

class Transforming implements Handler<TextMessage> {
  /** Oldest first; empty as long as every reply is made at once. */
  #slots: Slot[] = [];
  #full = false;
  #ended = false;

  constructor(
    readonly peer: Connection<TextMessage>,
    readonly make: Transform,
  ) {}

  data({ bytes, end }: TextMessage): void {
    let reply: Uint8Array | Promise<Uint8Array>;
    try {
      const made = this.make(bytes);
      reply = isPromise(made) ? Promise.resolve(made).then(replyOf) : replyOf(made);
    } catch (error) {
      reply = complaint(error);
    }
    if (reply instanceof Uint8Array && this.#slots.length === 0) this.#write({ end, reply });
    else this.#wait({ end }, reply);
    this.#balance();
  }

  drain(): void {
    this.#full = false;
    this.#balance();
  }

  end(): void {
    this.#ended = true;
    if (this.#slots.length === 0) this.peer.end();
  }

  #wait(slot: Slot, reply: Uint8Array | Promise<Uint8Array>): void {
    this.#slots.push(slot);
    const answer = (bytes: Uint8Array) => {
      slot.reply = bytes;
      this.#writeReady();
    };
    if (reply instanceof Uint8Array) slot.reply = new Uint8Array(reply);
    else void reply.then(answer, (error) => answer(complaint(error)));
  }

  #writeReady(): void {
    let ready = 0;
    while (this.#slots[ready]?.reply) this.#write(this.#slots[ready++] as Slot);
    if (ready > 0) this.#slots = this.#slots.slice(ready);
    this.#balance();
    if (this.#ended && this.#slots.length === 0) this.peer.end();
  }

  #write({ reply, end }: Slot): void {
    if (reply && !this.peer.write({ bytes: reply, end })) this.#full = true;
  }

  #balance(): void {
    if (this.#full || this.#slots.length >= maxWaiting) this.peer.pause();
    else if (this.peer.paused) this.peer.resume();
  }
}
