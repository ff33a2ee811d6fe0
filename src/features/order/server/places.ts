import { type Clock, type Connection, systemClock } from '../../../core/index.js';
import type { Participant } from './participant.js';

/** The places of a round, and the clients that hold them. */
export class Places {
  #holders: Participant[] = [];
  /** Clients that came when all places were taken, while a holder had ended its side and may be gone. */
  #late: Participant[] = [];

  constructor(
    readonly size = 2,
    readonly clock: Clock = systemClock,
    /** Milliseconds after which a holder that has said nothing gives way to a newcomer. */
    readonly stallMs = 300_000,
  ) {}

  /** The clients that hold a place, in the order in which they connected. */
  get holders(): readonly Participant[] {
    return this.#holders;
  }

  /** True if all places are taken. */
  get full(): boolean {
    return this.#holders.length >= this.size;
  }

  /** Gives a newcomer a place, or lets it wait where one may become free. Returns undefined where none may. */
  join(peer: Connection): Participant | undefined {
    const party: Participant = { peer, since: this.clock.now(), ended: false };
    if (!this.full) this.#holders.push(party);
    else if (this.#holders.some(({ ended }) => ended)) this.#late.push(party);
    else return undefined;
    return party;
  }

  /** True if a client waits for a place. */
  isLate(party: Participant): boolean {
    return this.#late.includes(party);
  }

  /** Frees the place of a client, for a late one if there is any. Returns whether it held one. */
  free(party: Participant): boolean {
    this.#late = this.#late.filter((other) => other !== party);
    if (!this.#holders.includes(party)) return false;
    this.#holders = this.#holders.filter((other) => other !== party);
    const next = this.#late.find(({ claim }) => claim) ?? this.#late[0];
    if (next && !this.full) {
      this.#late = this.#late.filter((other) => other !== next);
      this.#holders.push(next);
    }
    return true;
  }

  /** Ends the round: all places are free. Returns the late clients, which have none. */
  clear(): readonly Participant[] {
    const late = this.#late;
    this.#holders = [];
    this.#late = [];
    return late;
  }

  /** The holder that has been silent for longest, where that is too long: it gives way to a newcomer. */
  silent(): Participant | undefined {
    const [longest] = this.#holders.filter(({ said, claim }) => !said && !claim).sort((a, b) => a.since - b.since);
    return longest && this.clock.now() - longest.since >= this.stallMs ? longest : undefined;
  }
}
