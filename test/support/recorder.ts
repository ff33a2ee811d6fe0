import type { Closed, Connection, Handler, Service } from '../../src/core/index.js';
import { latin1 } from './bytes.js';

/** What a {@link Recorder} does besides recording. */
export type Behaviour = Partial<Handler> & { readonly start?: (peer: Connection) => unknown };

/**
 * A service that writes down what it is told, checks that it is told so in keeping with the contract of
 * `Handler`, and lets a test wait for each of it.
 */
export class Recorder {
  peer!: Connection;
  /** What was called, in order: `data`, `drain`, `end`, `close`. Calls of data in a row count as one. */
  readonly events: string[] = [];
  /** Each breach of the contract, in words. */
  readonly breaches: string[] = [];
  size = 0;
  readonly closed: Promise<Closed>;
  #chunks: Buffer[] = [];
  #inside = '';
  #resolveClosed!: (why: Closed) => void;
  readonly #waiting = new Set<() => void>();

  constructor(readonly behaviour: Behaviour = {}) {
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** All bytes that came. */
  get bytes(): Buffer {
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  get text(): string {
    return latin1(this.bytes);
  }

  readonly service: Service = (peer) => {
    this.peer = peer;
    try {
      this.#call('service', () => this.behaviour.start?.(peer));
    } catch (error) {
      // Without a handler there is none to be told.
      this.#resolveClosed({ reason: 'failed', error: error as Error });
      throw error;
    }
    const { behaviour } = this;
    return {
      data: (chunk) => this.#call('data', () => this.#data(chunk)),
      drain: () => this.#call('drain', () => behaviour.drain?.()),
      end: () => this.#call('end', () => (behaviour.end ? behaviour.end() : peer.end())),
      close: (why) => {
        this.#resolveClosed(why);
        return this.#call('close', () => behaviour.close?.(why));
      },
    };
  };

  /** Resolves as soon as `condition` holds; it is looked at after each call. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves when `event` has been called. */
  saw(event: string): Promise<void> {
    return this.until(() => this.events.includes(event));
  }

  #data(chunk: Uint8Array): unknown {
    this.size += chunk.length;
    this.#chunks.push(Buffer.from(chunk));
    return this.behaviour.data?.(chunk);
  }

  #call(name: string, run: () => unknown): undefined {
    if (this.#inside !== '') this.breaches.push(`${name} was called inside ${this.#inside}`);
    if (this.events.includes('close')) this.breaches.push(`${name} was called after close`);
    if (name !== 'data' || this.events.at(-1) !== 'data') this.events.push(name);
    this.#inside = name;
    try {
      // What a method returns is the transport's business.
      return run() as undefined;
    } finally {
      this.#inside = '';
      for (const look of [...this.#waiting]) look();
    }
  }
}
