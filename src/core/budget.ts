import { type Clock, systemClock } from './clock.js';
import type { Connection } from './connection.js';
import { type Holder, Pressure, tightPart } from './pressure.js';

/** A connection as a {@link Budget} sees it. */
export interface ShareOptions extends Pick<Holder, 'moved' | 'excused'> {
  /** Called when there is room again, after {@link Share.fits} has returned false. */
  onRoom?(): void;
}

/**
 * Memory that all connections of a service share: at most `max` bytes, give or take one read of each. A connection
 * counts what it holds in its {@link Share}, and takes no more while the budget is full. Above nine tenths of `max`,
 * the connection that holds most and has not moved for a second is closed as `slow`, and so on until there is room:
 * a newcomer waits for about a second and not for ever.
 *
 * For every service that buffers: what it keeps of unfinished messages, of replies that wait, and of backlogs.
 */
export class Budget {
  /** Bytes held by all shares. */
  used = 0;
  readonly pressure: Pressure;
  /** Shares that wait for room. */
  #waiting = new Set<Share>();

  constructor(
    readonly max: number,
    clock: Clock = systemClock,
  ) {
    this.pressure = new Pressure(clock, () => this.used > max * tightPart);
  }

  /** A share for `peer`, which holds nothing yet. To be left when the connection closes. */
  share(peer: Pick<Connection, 'close'>, options: ShareOptions): Share {
    return new Share(this, peer, options);
  }

  /** Adds a share that waits until there is room. */
  wait(share: Share): void {
    this.#waiting.add(share);
  }

  /** Adds `bytes`, which may be negative, to what is held. */
  add(bytes: number): void {
    this.used += bytes;
    if (bytes > 0) this.pressure.check();
    else if (this.#waiting.size > 0 && this.used <= this.max * tightPart) this.#wake();
  }

  /** Forgets a share that has left. */
  forget(share: Share): void {
    this.#waiting.delete(share);
    this.pressure.delete(share);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const share of waiting) share.options.onRoom?.();
  }
}

/** The part of a {@link Budget} that one connection holds. */
export class Share implements Holder {
  #held = 0;
  #left = false;

  constructor(
    readonly budget: Budget,
    readonly peer: Pick<Connection, 'close'>,
    readonly options: ShareOptions,
  ) {}

  /** Says that the connection holds `bytes` now. */
  set(bytes: number): void {
    if (this.#left || bytes === this.#held) return;
    const before = this.#held;
    this.#held = bytes;
    if (before === 0) this.budget.pressure.add(this);
    else if (bytes === 0) this.budget.pressure.delete(this);
    this.budget.add(bytes - before);
  }

  /** True if there is room for more. Where this returns false, the peer should be paused; `onRoom` is called once there is. */
  fits(): boolean {
    if (this.budget.used < this.budget.max) return true;
    if (!this.#left) this.budget.wait(this);
    return false;
  }

  /** Gives back what is held. Must be called when the connection closes; more calls do nothing. */
  leave(): void {
    if (this.#left) return;
    this.set(0);
    this.#left = true;
    this.budget.forget(this);
  }

  held(): number {
    return this.#held;
  }

  moved(): number {
    return this.options.moved();
  }

  excused(): boolean {
    return this.options.excused?.() ?? false;
  }

  giveUp(): void {
    this.leave();
    this.peer.close('slow');
  }
}
