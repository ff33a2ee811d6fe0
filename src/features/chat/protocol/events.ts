import type { Entry } from './journal.js';

/** Why the server refused a message of a client's: the `code` of an `error`. The reference has the table. */
export type RefusalCode =
  | 'bad-message'
  | 'bad-name'
  | 'bad-room'
  | 'gone'
  | 'hello-first'
  | 'limit'
  | 'name-taken'
  | 'no-such-name'
  | 'not-in-room'
  | 'not-stored'
  | 'rate'
  | 'too-long'
  | 'version';

/** An entry as it travels: without the sender's key, which is nobody else's business. */
export type SentEntry = Omit<Entry, 'key'>;

/** The answer to a join: where the room is, and what of it follows. */
export interface Joined {
  readonly type: 'joined';
  readonly room: string;
  /** The life of the journal that the numbers belong to. */
  readonly epoch: string;
  /** The oldest number that the journal keeps, and the newest that it gave. */
  readonly first: number;
  readonly last: number;
  /** Entries from `after + 1` on follow, and then what is said from now on. */
  readonly after: number;
  /** True if all that was missed follows. False where the client named no position, or one that the journal no longer has. */
  readonly recovered: boolean;
  readonly members: number;
  readonly topic?: string;
}

/**
 * An event of a chat that its members receive, whatever the dialect. Each dialect's encoder puts an event into its own
 * words, or leaves it out. The JSON wire has messages of its own, see `ServerMessage`.
 */
export type ChatEvent =
  | {
      readonly type: 'welcome';
      readonly version: number;
      readonly name: string;
      readonly secret: string;
      readonly maxMessage: number;
    }
  | Joined
  | ({ readonly type: 'entry'; readonly room: string } & SentEntry)
  | { readonly type: 'ack'; readonly room: string; readonly id: string; readonly number: number }
  | { readonly type: 'join' | 'leave'; readonly room: string; readonly name: string }
  | {
      readonly type: 'msg';
      readonly from: string;
      readonly to: string;
      readonly body: string;
      readonly time: number;
      readonly id?: string;
    }
  | { readonly type: 'who'; readonly room: string; readonly names: readonly string[] }
  | { readonly type: 'history'; readonly room: string; readonly first: number; readonly entries: readonly SentEntry[] }
  | { readonly type: 'topic'; readonly room: string; readonly name: string; readonly topic: string }
  | { readonly type: 'nick'; readonly from: string; readonly name: string }
  | { readonly type: 'rooms'; readonly rooms: readonly { readonly room: string; readonly members: number }[] }
  | { readonly type: 'ping' | 'pong'; readonly id?: string }
  | { readonly type: 'notice'; readonly message: string }
  | {
      readonly type: 'error';
      readonly code: RefusalCode;
      readonly message: string;
      readonly room?: string;
      readonly id?: string;
      /** For how long the name is held at most, in milliseconds. */
      readonly waitMs?: number;
    }
  | { readonly type: 'bye'; readonly reason: string; readonly again: 'yes' | 'later' | 'no'; readonly waitMs?: number };
