import { type Connection, concat } from '../../../core/index.js';
import { acknowledgment, byReceipt, type Received, transcript } from '../protocol.js';
import type { RoundOptions } from './options.js';
import {
  allTaken,
  labelledName,
  type Participant,
  refuseParticipant,
  saidBy,
  tooSilent,
  whenProbed,
} from './participant.js';
import { Places } from './places.js';

/** The clients of the present round of the order service, and what they have said. The next round follows it. */
export class Round {
  /** Counts the reads of all clients, so that receipts can be compared. */
  reads = 0;
  readonly #places: Places;
  #rounds = 0;

  constructor(readonly options: RoundOptions) {
    this.#places = new Places(options.expect, options.clock, options.stallMs);
  }

  get #isOver(): boolean {
    return this.#rounds >= (this.options.rounds ?? Infinity);
  }

  join(peer: Connection): Participant | undefined {
    this.#forgetClosed();
    const silent = this.#places.full ? this.#places.silent() : undefined;
    if (silent) {
      refuseParticipant(silent.peer, tooSilent, 'idle');
      this.leave(silent);
    }
    const party = this.#isOver ? undefined : this.#places.join(peer);
    if (!party) refuseParticipant(peer, allTaken);
    return party;
  }

  say(party: Participant, said: Received): void {
    if (party.said || party.claim) return;
    const holder = this.#places.holders.find((other) => said.label && other.said?.label === said.label);
    if (holder?.ended) this.#claim(party, said, holder);
    else if (holder) refuseParticipant(party.peer, `the label ${said.label} is taken`);
    else if (this.#places.isLate(party)) refuseParticipant(party.peer, allTaken);
    else {
      party.said = said;
      this.#finishWhenAllHaveSaid();
    }
  }

  end(party: Participant): void {
    party.ended = true;
    // It may only have ended its sending side, and wait for the order; with nothing said, it has left.
    if (!party.said && !party.claim) party.peer.close('ended');
  }

  leave(party: Participant): void {
    // A client that claims the label comes instead, which is no news to it.
    const others = this.#places.holders.filter((other) => other !== party && !other.claim);
    if (!this.#places.free(party)) return;
    for (const { peer } of others) peer.write(concat(['* ', ...labelledName(party), ' has left\n']));
  }

  /** The newcomer is most often the program of a holder that is gone, started again. */
  #claim(party: Participant, claim: Received, holder: Participant): void {
    party.claim = claim;
    holder.peer.write(concat([`* another client claims the label ${claim.label}\n`]));
    whenProbed([holder.peer], this.#places.clock, () => {
      if (holder.peer.state === 'closed') this.leave(holder);
      party.claim = undefined;
      if (this.#places.holders.includes(holder)) refuseParticipant(party.peer, `the label ${claim.label} is taken`);
      else this.say(party, claim);
    });
  }

  /** Clients whose connections are closing have left, as far as the round goes. */
  #forgetClosed(): void {
    for (const party of this.#places.holders) if (party.peer.state === 'closed') this.leave(party);
  }

  #finishWhenAllHaveSaid(): void {
    this.#forgetClosed();
    const parties = this.#places.holders;
    if (saidBy(parties).length < this.#places.size) return;
    const line = acknowledgment(byReceipt(saidBy(parties)));
    // A client that has ended its side may be gone. It is sent the order first, whole: some clients read only once.
    const ended = parties.filter((party) => party.ended).map(({ peer }) => peer);
    if (ended.length === 0) return this.#finish(line, []);
    for (const peer of ended) peer.write(line);
    whenProbed(ended, this.#places.clock, () => {
      this.#forgetClosed();
      if (parties === this.#places.holders) this.#finish(line, ended);
      else for (const peer of ended) refuseParticipant(peer, 'another client has left, announce again');
    });
  }

  /** Sends the order to all but those that were told already, and begins the next round. */
  #finish(line: Uint8Array, told: readonly Connection[]): void {
    const { output, onLastRound } = this.options;
    for (const words of transcript(byReceipt(saidBy(this.#places.holders)), line)) output.write(words);
    for (const { peer } of this.#places.holders) {
      if (!told.includes(peer)) peer.write(line);
      peer.close('ended');
    }
    for (const { peer } of this.#places.clear()) refuseParticipant(peer, allTaken);
    this.#rounds++;
    if (this.#isOver) output.whenDrained(() => onLastRound?.());
  }
}
