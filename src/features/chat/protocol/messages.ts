import type { Entry } from './journal.js';

/** The version of the chat's wire that this library speaks: a hello and a welcome carry it. */
export const chatVersion = 1;

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

/** A message of a chat's client, one JSON object per line. Types and fields that the server does not know, it ignores. */
export type ClientMessage =
  | {
      readonly type: 'hello';
      readonly version: number;
      readonly name?: string;
      readonly secret?: string;
      /** Tells connections of one run of a client from those of another that has the same secret. */
      readonly session?: string;
      /** The client answers a `ping` of the server: one that then does not has vanished. */
      readonly pong?: boolean;
    }
  | {
      readonly type: 'join';
      readonly room: string;
      readonly replay?: number;
      readonly epoch?: string;
      readonly after?: number;
    }
  | { readonly type: 'leave'; readonly room: string }
  | { readonly type: 'say'; readonly room: string; readonly body: string; readonly id?: string }
  | { readonly type: 'msg'; readonly to: string; readonly body: string; readonly id?: string }
  | { readonly type: 'who'; readonly room: string }
  | { readonly type: 'history'; readonly room: string; readonly before?: number; readonly limit?: number }
  | { readonly type: 'topic'; readonly room: string; readonly topic: string }
  | { readonly type: 'nick'; readonly name: string }
  | { readonly type: 'rooms' }
  | { readonly type: 'ping' | 'pong'; readonly id?: string }
  | { readonly type: 'bye' };

/** An entry as it travels: without the sender's key, which is nobody else's business. */
export type SentEntry = Omit<Entry, 'key'>;

/** A message of a chat's server, one JSON object per line. A client ignores types and fields that it does not know. */
export type ServerMessage =
  | {
      readonly type: 'welcome';
      readonly version: number;
      readonly name: string;
      readonly secret: string;
      readonly maxMessage: number;
    }
  | Joined
  | { readonly type: 'join' | 'leave'; readonly room: string; readonly name: string }
  | ({ readonly type: 'entry'; readonly room: string } & SentEntry)
  | { readonly type: 'ack'; readonly room: string; readonly id: string; readonly number: number }
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
