import { type Clock, type Connection, joined, type Output, systemClock } from '../core/index.js';
import { acknowledgment, inOrder, listed, type Received } from './order-message.js';
import { closing, nameOf, type Party, probeMs, refuse, saidBy } from './order-party.js';

/** What a {@link Round} needs. */
export interface RoundOptions {
  /** Where the messages and the closing line of each round are printed. */
  readonly output: Output;
  readonly clock?: Clock;
  /** Clients that make a round (default 2). */
  readonly expect?: number;
  /** Whether the first round is the last: who comes after it is refused. */
  readonly once?: boolean;
  /** Called when all clients of a round have been sent the order. */
  readonly onRound?: () => void;
}

/** Who takes part in the present round of the order service, and what they have said. The next one follows it. */
export class Round {
  /** Counts the reads of all clients, so that receipts can be compared. */
  reads = 0;
  #parties: Party[] = [];
  #over = false;

  constructor(readonly options: RoundOptions) {}

  join(peer: Connection): Party | undefined {
    for (const party of closing(this.#parties)) this.leave(party);
    if (this.#over || this.#parties.length >= (this.options.expect ?? 2)) {
      refuse(peer, 'all places of this round are taken');
      return undefined;
    }
    const party: Party = { peer, ended: false };
    this.#parties.push(party);
    return party;
  }

  say(party: Party, said: Received): void {
    if (party.said) return;
    const taken = said.label && this.#parties.some((other) => other.said?.label === said.label);
    if (taken) return refuse(party.peer, `the label ${said.label} is taken`);
    party.said = said;
    this.#finishWhenAllHaveSaid();
  }

  end(party: Party): void {
    party.ended = true;
    // It may only have ended its sending side, and wait for the order; with nothing said, it has left.
    if (!party.said) party.peer.close('ended');
  }

  leave(party: Party): void {
    if (!this.#parties.includes(party)) return;
    this.#parties = this.#parties.filter((other) => other !== party);
    for (const { peer } of this.#parties) peer.write(joined(['* ', ...nameOf(party), ' has left\n']));
  }

  #finishWhenAllHaveSaid(): void {
    for (const party of closing(this.#parties)) this.leave(party);
    if (saidBy(this.#parties).length < (this.options.expect ?? 2)) return;
    const parties = this.#parties;
    const line = acknowledgment(inOrder(saidBy(parties)));
    const ended = parties.filter((party) => party.ended);
    if (ended.length === 0) return this.#finish(line, []);
    this.#probe(ended, line, () => {
      if (parties.every((party) => this.#parties.includes(party))) this.#finish(line, ended);
      else for (const { peer } of ended) refuse(peer, 'another client has left, announce again');
    });
  }

  /**
   * A client that has ended its side may only be half-closed, or gone: that shows when a second write fails.
   * These clients are sent the order first, in two parts.
   */
  #probe(ended: readonly Party[], line: Uint8Array, then: () => void): void {
    const { clock = systemClock } = this.options;
    for (const { peer } of ended) peer.write(line.subarray(0, 1));
    clock.after(probeMs, () => {
      for (const { peer } of ended) peer.write(line.subarray(1));
      clock.after(probeMs, then);
    });
  }

  /** Sends the order to all but those that were told already, and begins the next round. */
  #finish(line: Uint8Array, told: readonly Party[]): void {
    const parties = inOrder(saidBy(this.#parties));
    const { output, onRound, once = false } = this.options;
    for (const { message } of parties) output.write(joined([message, '\n']));
    for (const party of this.#parties) {
      if (!told.includes(party)) party.peer.write(line);
      party.peer.close('ended');
    }
    this.#parties = [];
    this.#over = once;
    output.write(joined([`Sent acknowledgment to ${listed(parties.map(({ label }) => label))}\n`]));
    output.whenDrained(() => onRound?.());
  }
}
