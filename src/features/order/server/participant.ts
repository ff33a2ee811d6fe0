import { type Clock, type Connection, refusalLine } from '../../../core/index.js';
import type { Received } from '../protocol.js';

/** A client of the round. */
export interface Participant {
  readonly peer: Connection;
  /** When it connected, by the clock of the round. */
  readonly since: number;
  /** Its announcement. */
  said?: Received;
  /** Its announcement under a label that another holds, which may be gone. */
  claim?: Received | undefined;
  ended: boolean;
}

/** Why a newcomer is refused. */
export const allTaken = 'all places of this round are taken';
/** Why a silent client loses its place. */
export const tooSilent = 'nothing was said for too long, and another client needs the place';

/** Tells a client why it is not served, and ends its connection for `reason`. */
export function refuseParticipant(peer: Connection, why: string, reason: 'refused' | 'idle' = 'refused'): void {
  peer.write(refusalLine(why));
  peer.close(reason);
}

/** A client by what it has announced, for a line to the others. */
export function labelledName({ said }: Participant): (string | Uint8Array)[] {
  if (!said) return ['a client'];
  return said.label ? [`${said.label}: `, said.name] : [said.name];
}

/** The messages of the clients, in the order in which they connected. */
export function saidBy(parties: readonly Participant[]): Received[] {
  return parties.flatMap(({ said }) => (said ? [said] : []));
}

/** Milliseconds in which the reset of a client that is gone arrives: here, and from afar. */
const resetMs = { near: 200, far: 1000 };
/** Milliseconds in which a failed write closes its connection. */
const closeMs = 20;

/**
 * Calls `then` once it is known whether a client that has ended its side, and was just sent a line, still listens. The
 * system of one that is gone answers the line with a reset, which shows when the next write fails: an empty one is
 * enough for that. After `then` the state of the peer is `closed` where it is gone.
 */
export function whenProbed(peers: readonly Connection[], clock: Clock, then: () => void): void {
  const near = peers.every(({ address: { host } }) => host === undefined || /^(127\.|::1$)/.test(host));
  clock.after(near ? resetMs.near : resetMs.far, () => {
    for (const peer of peers) peer.write(new Uint8Array(0));
    clock.after(closeMs, then);
  });
}
