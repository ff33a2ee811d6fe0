import { type Clock, type Connection, type Holder, Pressure, systemClock, type Timer } from '../../core/index.js';

/** A connection as {@link StallWatch} sees it. */
export interface Taker extends Pick<Connection, 'state' | 'backlog' | 'close'> {
  /** Bytes that the system has taken so far. */
  readonly taken: number;
}

/** How a {@link StallWatch} watches. */
export interface StallOptions {
  /** Milliseconds in which a peer that is owed bytes must take some (0: it may take its time). */
  readonly ms: number;
  /** True if places are short: then a second is enough. */
  readonly tight?: () => boolean;
  readonly clock?: Clock;
}

/** The longest time between two looks, in milliseconds. */
const longestLookMs = 30_000;

/**
 * Closes connections that do not take what they are sent, as `slow`: a peer that never reads would keep its place and
 * its memory for ever. A peer that is owed nothing may be silent for as long as it likes. Costs nothing for each write:
 * it looks at all connections, four times within the limit, so that one may stay for a quarter longer than `ms`.
 */
export class StallWatch {
  readonly #taking = new Map<Taker, Taking>();
  readonly #pressure: Pressure;
  readonly #clock: Clock;
  readonly #ms: number;
  #timer: Timer | undefined;

  constructor({ ms, tight = () => false, clock = systemClock }: StallOptions) {
    this.#ms = ms;
    this.#clock = clock;
    this.#pressure = new Pressure(clock, tight);
  }

  /** Watches `peer` until it is deleted. */
  add(peer: Taker): void {
    const taking = new Taking(peer);
    this.#taking.set(peer, taking);
    this.#pressure.add(taking);
    this.#pressure.check();
    if (this.#ms > 0) this.#timer ??= this.#clock.after(Math.min(longestLookMs, this.#ms / 4), () => this.#look());
  }

  /** Forgets `peer`, which is closed. */
  delete(peer: Taker): void {
    const taking = this.#taking.get(peer);
    if (!taking) return;
    this.#taking.delete(peer);
    this.#pressure.delete(taking);
    if (this.#taking.size > 0) return;
    this.#timer?.stop();
    this.#timer = undefined;
  }

  #look(): void {
    const now = this.#clock.now();
    for (const taking of this.#taking.values()) if (taking.stillFor(now) >= this.#ms) taking.giveUp();
    this.#timer?.again();
  }
}

/** The bytes that one peer has taken, and the time since it took none. */
class Taking implements Holder {
  #marked = -1;
  #since = 0;

  constructor(readonly peer: Taker) {}

  /** Milliseconds for which the peer has taken nothing of what it is owed, as far as was looked. */
  stillFor(now: number): number {
    const moved = this.held() === 0 ? -1 : this.moved();
    if (moved === -1 || moved !== this.#marked) {
      this.#marked = moved;
      this.#since = now;
    }
    return now - this.#since;
  }

  held(): number {
    return this.peer.state === 'closed' ? 0 : this.peer.backlog;
  }

  moved(): number {
    return this.peer.taken;
  }

  giveUp(): void {
    this.peer.close('slow');
  }
}
