import { type AddressBucket, Bucket } from '../../../core/bucket.js';
import type { Clock, Timer } from '../../../core/index.js';

/** The rate at which a member may send. */
export interface RateLimit {
  /** Messages a second, in the long run; 0 is no limit. */
  readonly rate: number;
  /** Messages that may come at once. */
  readonly burst: number;
  /** Milliseconds for which a message may be delayed; what would wait longer is refused. */
  readonly maxDelayMs: number;
}

/** Bytes of a message that cost as much as one more message. A burst so stays below what a slow member may have waiting. */
const bytesOfOne = 16 * 1024;
/** Bytes per second that a member may say however much others of its address say. */
const atLeast = 64 * 1024;

/**
 * The price of a message. What is `asked` for waits until earlier answers are paid for, by the member and by its
 * address. What is `said` waits for the address only beyond 64 KiB per second. What is `free` counts as a message and no
 * more. What `enters` is not the member's message, but what its coming costs: it waits for the address.
 */
export type Priced = 'said' | 'asked' | 'free' | 'enters';

/** The callbacks of a {@link RateLimiter} for messages, and for their sender. */
export interface RateLimited<T> {
  run(message: T): void;
  refuse(message: T): void;
  /** Messages wait from now on: read no more. `why`: say so, as none had to wait since the bucket was last half full. */
  onThrottle(why: string | undefined): void;
  /** None waits any more. */
  onResume(): void;
}

interface Waiting<T> {
  readonly message: T;
  readonly bytes: number;
  readonly priced: Priced;
}

/**
 * Token buckets: a burst passes at once, then the pace holds. A long message, and a long answer, costs as much as
 * several messages. What is too fast is delayed before it is refused, and stays in its order.
 */
export class RateLimiter<T> {
  #waiting: Waiting<T>[] = [];
  readonly #messages: Bucket;
  /** Answers are paid from it, and not from what the member may say. */
  readonly #answers: Bucket;
  readonly #least: Bucket;
  #timer: Timer | undefined;
  #stopped = false;
  /** The sender knows that it is too fast. */
  #told = false;

  constructor(
    readonly clock: Clock,
    readonly options: RateLimit,
    readonly sender: RateLimited<T>,
    /** All members of one address share it. */
    readonly address?: AddressBucket,
  ) {
    this.#messages = new Bucket(clock, options);
    this.#answers = new Bucket(clock, options);
    this.#least = new Bucket(clock, { rate: atLeast, burst: atLeast });
  }

  /** Runs `message`, of `bytes` bytes, now or later, or refuses it. */
  take(message: T, bytes = 0, priced: Priced = 'said'): void {
    if (this.options.rate === 0) return this.sender.run(message);
    if (this.#messages.tokens * 2 > this.options.burst) this.#told = false;
    const taken = { message, bytes, priced };
    if (this.#waiting.length === 0 && this.#waitMs(taken) === 0) return this.#run(taken);
    if ((this.#waiting.length / this.options.rate) * 1000 > this.options.maxDelayMs) return this.sender.refuse(message);
    if (this.#waiting.push(taken) > 1) return;
    const first = !this.#told;
    this.#told = true;
    this.sender.onThrottle(first ? this.#why(priced) : undefined);
    this.#wait(taken);
  }

  /** The member was told `bytes` bytes that it had asked for. */
  charge(bytes: number): void {
    this.#answers.charge(bytes / bytesOfOne);
    this.address?.charge(bytes / bytesOfOne);
  }

  /** Resolves once earlier answers are paid for. Returns nothing where they are, and where the member is gone. */
  afford(): Promise<void> | undefined {
    const ms = this.#debtMs;
    if (ms === 0) return undefined;
    return new Promise<void>((resolve) => this.clock.after(Math.max(1, ms), resolve)).then(() => this.afford());
  }

  /** Drops what waits. Must be called once, when the member is gone. */
  stop(): void {
    this.#timer?.stop();
    this.#waiting = [];
    this.#stopped = true;
    this.address?.leave();
  }

  /** It may leave a debt: a message is never larger than the limit for all. */
  #run({ message, bytes, priced }: Waiting<T>): void {
    const price = 1 + Math.floor(bytes / bytesOfOne);
    if (priced !== 'enters') this.#messages.take(price);
    if (priced !== 'free') this.address?.take(price);
    if (priced === 'said') this.#least.take(bytes);
    this.sender.run(message);
  }

  #waitMs({ priced }: Waiting<T>): number {
    const ofAddress = this.address?.waitMs ?? 0;
    if (priced === 'enters') return ofAddress;
    const own = this.#messages.waitMs;
    if (priced === 'asked') return Math.max(own, this.#debtMs);
    return priced === 'said' && ofAddress > 0 ? Math.max(own, Math.min(ofAddress, this.#least.waitMs)) : own;
  }

  get #debtMs(): number {
    return this.#stopped ? 0 : Math.max(this.#answers.waitMs, this.address?.waitMs ?? 0);
  }

  #why(priced: Priced): string {
    if (this.#messages.waitMs > 0) return 'you are sending faster than is allowed: messages are delayed';
    const asking = priced === 'asked' && this.#answers.waitMs > 0;
    return asking
      ? 'you are asking for more than is allowed: answers are delayed'
      : 'your address sends and asks for more than is allowed: messages are delayed';
  }

  #wait(first: Waiting<T>): void {
    this.#timer = this.clock.after(Math.max(1, this.#waitMs(first)), () => this.#pass());
  }

  #pass(): void {
    const waiting = this.#waiting;
    let passed = 0;
    // A message that runs may end the member, and with it all that waits.
    for (let next = waiting[0]; next && this.#waiting === waiting && this.#waitMs(next) === 0; next = waiting[passed]) {
      passed++;
      this.#run(next);
    }
    if (this.#waiting !== waiting) return;
    waiting.splice(0, passed);
    const [first] = waiting;
    if (first) this.#wait(first);
    else if (passed > 0) this.sender.onResume();
  }
}
