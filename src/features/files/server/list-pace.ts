import { type AddressBucket, type AddressBuckets, Bucket, type BucketOptions } from '../../../core/bucket.js';
import type { PeerAddress, Timer } from '../../../core/index.js';

/** Bytes of lists that one connection gets at once, about 150,000 entries, and per second from then on. */
export const listRate: BucketOptions = { rate: 1024 * 1024, burst: 16 * 1024 * 1024 };

/** Begins a list once the lists before it are paid for, by the connection and by its address. */
export class ListRateLimit {
  readonly #own: Bucket;
  readonly #address: AddressBucket | undefined;
  #timer: Timer | undefined;

  constructor(addresses: AddressBuckets, address: PeerAddress) {
    this.#own = new Bucket(addresses.clock, listRate);
    this.#address = addresses.enter(address);
  }

  /** Calls `run` at once, or later; once, however often this is called before. */
  take(run: () => void): void {
    if (this.#timer) return;
    const ms = Math.max(this.#own.waitMs, this.#address?.waitMs ?? 0);
    if (ms === 0) return run();
    this.#timer = this.#own.clock.after(Math.max(1, ms), () => {
      this.#timer = undefined;
      this.take(run);
    });
  }

  /** The connection was sent `bytes` bytes of a list. */
  charge(bytes: number): void {
    this.#own.charge(bytes);
    this.#address?.charge(bytes);
  }

  /** Forgets what waits. Must be called once, when the connection is over. */
  stop(): void {
    this.#timer?.stop();
    this.#address?.leave();
  }
}
