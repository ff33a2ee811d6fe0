import { channel } from 'node:diagnostics_channel';
import type { Connection } from '../../../core/index.js';

/** An event of a chat, for logs and metrics. */
export type ChatDiagnostic =
  /** A client has taken a name. */
  | { readonly type: 'named'; readonly peer: Connection; readonly name: string }
  /** The journal has stored messages of a room. `last` is the number of the newest. */
  | { readonly type: 'appended'; readonly room: string; readonly count: number; readonly last: number }
  /** New messages were written to the members of a room. */
  | { readonly type: 'delivered'; readonly room: string; readonly count: number; readonly members: number }
  /** The journal could not store messages of a room. */
  | { readonly type: 'not-stored'; readonly room: string; readonly count: number; readonly error: unknown }
  /** A member that is too far behind is closed, with the bytes that waited for it. */
  | { readonly type: 'slow'; readonly peer: Connection; readonly name: string; readonly backlog: number };

/** The channel of `node:diagnostics_channel` on which {@link ChatDiagnostic}s are published while somebody subscribes. */
export const chatEvents = channel('wireline:chat');

/** Publishes an event, which is made only where somebody subscribes. */
export function publishChat(make: () => ChatDiagnostic): void {
  if (chatEvents.hasSubscribers) chatEvents.publish(make());
}
