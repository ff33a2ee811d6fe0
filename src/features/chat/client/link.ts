import type { Connection, Timer } from '../../../core/index.js';
import type { ClientMessage } from '../protocol/messages.js';
import type { Heartbeat } from './timing.js';

/** The one connection of a client at a time, from the dial to the wait for the next. */
export type Link =
  | { readonly at: 'dialling' | 'over' }
  | { readonly at: 'greeting'; readonly peer: Connection<ClientMessage>; readonly heartbeat: Heartbeat }
  | {
      readonly at: 'in';
      readonly peer: Connection<ClientMessage>;
      readonly heartbeat: Heartbeat;
      readonly since: number;
    }
  | { readonly at: 'waiting'; readonly timer: Timer };

/** Returns the connection, where there is one. */
export function peerOf(link: Link): Connection<ClientMessage> | undefined {
  return 'peer' in link ? link.peer : undefined;
}

/** True if the server has let us in on this connection. */
export function isIn(link: Link): boolean {
  return link.at === 'in';
}
