import { type Connection, joined } from '../core/index.js';
import type { Received } from './order-message.js';

/** Milliseconds in which the reset of a client that is gone has arrived. */
export const probeMs = 50;

/** A client of the round. It has its place from its connection on. */
export interface Party {
  readonly peer: Connection;
  said?: Received;
  ended: boolean;
}

/** Tells a client why it is not served, and ends its connection. */
export function refuse(peer: Connection, why: string): void {
  peer.write(joined([`error: ${why}\n`]));
  peer.close('refused');
}

/** A client as the others are told of it. */
export function nameOf({ said }: Party): (string | Uint8Array)[] {
  if (!said) return ['a client'];
  return said.label ? [`${said.label}: `, said.name] : [said.name];
}

/** What the clients have said, in the order in which they connected. */
export function saidBy(parties: readonly Party[]): Received[] {
  return parties.flatMap(({ said }) => (said ? [said] : []));
}

/** Those that have left, as far as the round goes: until their connections are over, they would keep the places of others. */
export function closing(parties: readonly Party[]): Party[] {
  return parties.filter(({ peer }) => peer.state === 'closed');
}
