import type { ChatEvent } from '../protocol/events.js';
import type { Entry } from '../protocol/journal.js';

/** The number of what a client said with an id of its own. */
export interface Ack {
  readonly id: string;
  readonly number: number;
}

/** The receiver of an event: some dialects, such as IRC, begin each reply with the name. */
export interface Recipient {
  readonly name: string;
}

/** Puts the events of a server into the bytes of a dialect. Pure: an event for many members is encoded once. */
export interface Encoder {
  /** True if a client is sent what it said itself. */
  readonly echoes: boolean;
  /** New entries of a room. */
  entries(room: string, entries: readonly Entry[]): Uint8Array;
  /** Entries that were said before the member came; `before` is the one before them that it was told. Without it, as `entries`. */
  past?(entries: readonly Entry[], before: Entry | undefined): Uint8Array;
  /** That what was said before the member came has been told. Nothing without it. */
  present?(): Uint8Array;
  /** That what the member said is stored, and under which numbers; nothing where the dialect has no words for it. */
  acks(room: string, said: readonly Ack[]): Uint8Array;
  /**
   * Anything else; nothing where the dialect has no words for it. The recipient is known where the event is for one member, and not
   * where it is encoded once for many.
   */
  message(event: ChatEvent, recipient?: Recipient): Uint8Array;
}
