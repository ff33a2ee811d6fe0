import type { Clock } from '../../../core/index.js';
import type { DialOptions } from '../../../net/index.js';
import type { ServerMessage } from '../protocol/messages.js';
import type { Gap } from './positions.js';

/** The state of a chat client's connection. */
export type ChatState =
  | { readonly at: 'connecting' | 'connected' }
  /** Cut off, and to try again in `ms` milliseconds. */
  | { readonly at: 'waiting'; readonly ms: number; readonly why: string }
  /** Over: the client said bye, or cannot come again. */
  | { readonly at: 'closed' };

/** Receives the events of a chat client. All methods are synchronous. */
export interface ChatListener {
  state?(state: ChatState): void;
  /** Receives the server's messages, in order: each entry once, also over reconnects. `missed` says what a `joined` could not recover. */
  message(message: ServerMessage, missed?: Gap): void;
  /** The fate of a message, by the id that `say` returned, with the server's `ack` or `error`. */
  said?(id: string, outcome: { readonly number: number } | { readonly failed: string }, message: ServerMessage): void;
}

/** Options of a chat client. */
export interface ChatOptions extends DialOptions {
  /** The name to be known by; without it the server gives one. */
  readonly name?: string;
  /** Waits once for a name that is held for the return of somebody, as long as that lasts, before it gives up (default: false). */
  readonly waitsForName?: boolean;
  /** Proves that a held name is ours; made anew where there is none. */
  readonly secret?: string;
  /** Rooms to join. */
  readonly rooms: readonly string[];
  /** Entries wanted on joining, at most. */
  readonly replay?: number;
  readonly clock?: Clock;
  /** Numbers from 0 to 1, for waits that are not all the same. */
  readonly random?: () => number;
}
