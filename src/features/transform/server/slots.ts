import type { TextMessage } from '../../../framing/index.js';

/** The place of a reply among those of a connection. */
export interface Slot {
  readonly end: TextMessage['end'];
  /** The message, while it is not begun. */
  message?: Uint8Array | undefined;
  /** The reply, once it is made; it waits for those before it. */
  reply?: Uint8Array;
}

/** The messages and replies of one connection that wait, in the order of the messages. */
export class Slots {
  #slots: Slot[] = [];
  #next = 0;
  /** Replies that are being made. */
  making = 0;
  /** Bytes of messages and replies that wait. */
  bytes = 0;

  get size(): number {
    return this.#slots.length;
  }

  add(slot: Slot): Slot {
    this.#slots.push(slot);
    if (slot.message) this.bytes += slot.message.length;
    else this.#next = this.#slots.length;
    return slot;
  }

  fill(slot: Slot, reply: Uint8Array): void {
    slot.reply = reply;
    this.bytes += reply.length;
  }

  /** Takes the oldest, where its reply is there. */
  takeReady(): Slot | undefined {
    const [oldest] = this.#slots;
    if (!oldest?.reply) return undefined;
    this.#slots.shift();
    this.#next--;
    this.bytes -= oldest.reply.length;
    return oldest;
  }

  /** The oldest whose message is not begun. */
  next(): Slot | undefined {
    return this.#slots[this.#next];
  }

  /** The message of a slot that is begun now. */
  begun(slot: Slot): Uint8Array {
    const { message } = slot;
    slot.message = undefined;
    this.#next++;
    this.bytes -= message?.length ?? 0;
    return message as Uint8Array;
  }
}
