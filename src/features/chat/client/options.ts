import type { Clock } from '../../../core/index.js';
import type { DialOptions } from '../../../net/index.js';
import type { ServerMessage } from '../protocol/messages.js';
import type { Gap } from './positions.js';

/** How a chat client stands with its server. */
export type ChatState =
  | { readonly at: 'connecting' | 'connected' }
  /** Cut off, and to try again in `ms` milliseconds. */
  | { readonly at: 'waiting'; readonly ms: number; readonly why: string }
  /** Over: the client said bye, or cannot come again. */
  | { readonly at: 'closed' };

/** What a chat client tells. All methods are synchronous. */
export interface ChatListener {
  state?(state: ChatState): void;
  /** What the server says, in order: each entry once, also over reconnects. `missed` says what a `joined` could not recover. */
  message(message: ServerMessage, missed?: Gap): void;
  /** What became of something that was said, by the id that `say` gave, and the server's `ack` or `error` that says so. */
  said?(id: string, outcome: { readonly number: number } | { readonly failed: string }, message: ServerMessage): void;
}

/** How a chat client connects. */
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
