import type { Joined, RefusalCode, SentEntry } from './messages.js';

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
      readonly waitMs?: number;
    }
  | { readonly type: 'bye'; readonly reason: string; readonly again: 'yes' | 'later' | 'no'; readonly waitMs?: number };
