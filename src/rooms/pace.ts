import type { Clock, Timer } from '../core/index.js';

/** How fast a member may send. */
export interface PaceOptions {
  /** Messages a second, in the long run; 0 is no limit. */
  readonly rate: number;
  /** Messages that may come at once. */
  readonly burst: number;
  /** Milliseconds for which a message may be delayed; what would wait longer is refused. */
  readonly maxDelayMs: number;
}

/** Bytes of a message that cost as much as one more message. A burst so stays below what a slow member may have waiting. */
const bytesOfOne = 16 * 1024;

/** What a {@link Pace} does with messages, and with their sender. */
export interface Paced<T> {
  run(message: T): void;
  refuse(message: T): void;
  /** Messages wait from now on: read no more. `first`: say so, as none had to wait since the bucket was last half full. */
  delayed(first: boolean): void;
  /** None waits any more. */
  caughtUp(): void;
}

/**
 * A token bucket: a burst passes at once, then the pace holds. A long message costs as much as several. What is too
 * fast is delayed before it is refused, and stays in its order.
 */
export class Pace<T> {
  readonly #waiting: { readonly message: T; readonly price: number }[] = [];
  #tokens: number;
  #filledAt: number;
  #timer: Timer | undefined;
  /** The sender knows that it is too fast. */
  #told = false;

  constructor(
    readonly clock: Clock,
    readonly options: PaceOptions,
    readonly does: Paced<T>,
  ) {
    this.#tokens = options.burst;
    this.#filledAt = clock.now();
  }

  /** Runs `message`, of `bytes` bytes, now or later, or refuses it. */
  take(message: T, bytes = 0): void {
    const price = 1 + Math.floor(bytes / bytesOfOne);
    if (this.options.rate === 0) return this.does.run(message);
    this.#fill();
    if (this.#tokens * 2 > this.options.burst) this.#told = false;
    if (this.#waiting.length === 0 && this.#tokens >= 1) {
      // It may leave a debt: a message is never larger than the limit for all.
      this.#tokens -= price;
      return this.does.run(message);
    }
    if ((this.#waiting.length / this.options.rate) * 1000 > this.options.maxDelayMs) return this.does.refuse(message);
    if (this.#waiting.push({ message, price }) > 1) return;
    const first = !this.#told;
    this.#told = true;
    this.does.delayed(first);
    this.#wait();
  }

  /** Drops what waits. */
  stop(): void {
    this.#timer?.stop();
    this.#waiting.length = 0;
  }

  #fill(): void {
    const now = this.clock.now();
    const gained = ((now - this.#filledAt) * this.options.rate) / 1000;
    this.#tokens = Math.min(this.options.burst, this.#tokens + gained);
    this.#filledAt = now;
  }

  #wait(): void {
    const ms = Math.max(1, ((1 - this.#tokens) * 1000) / this.options.rate);
    this.#timer = this.clock.after(ms, () => this.#pass());
  }

  #pass(): void {
    this.#fill();
    let passed = 0;
    while (passed < this.#waiting.length && this.#tokens >= 1) {
      const { message, price } = this.#waiting[passed++] as { message: T; price: number };
      this.#tokens -= price;
      this.does.run(message);
    }
    // What ran may have ended the member, and with it all that waited.
    this.#waiting.splice(0, passed);
    if (this.#waiting.length > 0) this.#wait();
    else if (passed > 0) this.does.caughtUp();
  }
}
