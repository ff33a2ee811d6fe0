import type { PeerAddress } from './address.js';
import type { Clock } from './clock.js';

/** How fast a {@link Bucket} fills, and how much it holds. */
export interface BucketOptions {
  /** Tokens per second; 0 is no limit. */
  readonly rate: number;
  /** Tokens of a full bucket. */
  readonly burst: number;
}

/**
 * A token bucket: what costs something may begin while there is a token, and takes its price. The price may leave a
 * debt, as it may be known only afterwards. A bucket is full at first.
 */
export class Bucket {
  #tokens: number;
  #filledAt: number;

  constructor(
    readonly clock: Clock,
    readonly options: BucketOptions,
  ) {
    this.#tokens = options.burst;
    this.#filledAt = clock.now();
  }

  /** The tokens that are in it now; below zero, a debt. */
  get tokens(): number {
    const now = this.clock.now();
    const gained = ((now - this.#filledAt) * this.options.rate) / 1000;
    this.#filledAt = now;
    this.#tokens = Math.min(this.options.burst, this.#tokens + gained);
    return this.#tokens;
  }

  /** Takes `price` tokens. */
  take(price: number): void {
    this.#tokens -= price;
  }

  /** Takes `price` tokens, but leaves no more debt than a full bucket would pay. */
  charge(price: number): void {
    this.#tokens = Math.max(this.#tokens - price, -this.options.burst);
  }

  /** Milliseconds until there is a token; 0 where there is one. */
  get waitMs(): number {
    const { rate } = this.options;
    return rate === 0 ? 0 : Math.max(0, ((1 - this.tokens) * 1000) / rate);
  }
}

/** The multiple of one connection's budget that all connections of an address share. */
const ofAddress = 16;

/** The bucket of an address, which its connections share. */
export class AddressBucket extends Bucket {
  users = 0;

  /** A connection of the address is over. */
  leave(): void {
    this.users--;
  }
}

/**
 * A bucket for each address, 16 times as large and as fast as that of a connection. An address has its bucket until
 * it is full again, so that nobody gets a new one by coming again. Unix sockets have no address, and no bucket.
 */
export class AddressBuckets {
  readonly #buckets = new Map<string, AddressBucket>();
  readonly #options: BucketOptions;

  constructor(
    readonly clock: Clock,
    ofConnection: BucketOptions,
  ) {
    this.#options = { rate: ofConnection.rate * ofAddress, burst: ofConnection.burst * ofAddress };
  }

  /** Addresses that have a bucket. */
  get size(): number {
    return this.#buckets.size;
  }

  /** The bucket of the address of a connection that begins. */
  enter({ host }: PeerAddress): AddressBucket | undefined {
    if (host === undefined) return undefined;
    const bucket = this.#buckets.get(host) ?? new AddressBucket(this.clock, this.#options);
    this.#buckets.set(host, bucket);
    bucket.users++;
    this.#sweep();
    return bucket;
  }

  /** Looks at two of the buckets, those after the last that were looked at. As one at most is added, the map shrinks. */
  #sweep(): void {
    let looked = 0;
    for (const [host, bucket] of this.#buckets) {
      if (looked++ === 2) return;
      this.#buckets.delete(host);
      if (bucket.users > 0 || bucket.tokens < this.#options.burst) this.#buckets.set(host, bucket);
    }
  }
}
