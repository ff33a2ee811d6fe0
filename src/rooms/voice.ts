import type { Entry, ServerMessage } from '../core/index.js';

/** How a dialect puts what the server says into bytes. Pure: what is said to many is encoded once. */
export interface Voice {
  /** Whether a client is sent what it said itself. */
  readonly echoes: boolean;
  /** New entries of a room. */
  entries(room: string, entries: readonly Entry[]): Uint8Array;
  /** Anything else; nothing where the dialect has no words for it. */
  message(message: ServerMessage): Uint8Array;
}
