import { asWirelineError, type Connection, WirelineError } from '../core/index.js';
import type { NextOptions } from './channel.js';

/** Messages that wait for their reader, whatever their size, before the connection is read no further. */
const maxMessages = 64;

interface Reader<M> {
  resolve(message: M | undefined): void;
  reject(error: Error): void;
}

/**
 * The messages of a channel that wait for their reader. It pauses the connection while it holds `maxBytes`, measured in
 * bytes of the connection, and ends our side once the peer has ended and the last message is read.
 */
export class Inbox<M> {
  peer!: Pick<Connection<never>, 'pause' | 'resume' | 'end'>;
  /** Bytes that have come since the last message: they count for the next one. */
  arrived = 0;
  readonly #messages: { message: M; bytes: number }[] = [];
  #bytes = 0;
  #state: 'open' | 'ended' | 'cut' = 'open';
  #error: Error | undefined;
  #reader: Reader<M> | undefined;

  constructor(readonly maxBytes = 1024 * 1024) {}

  add(message: M): void {
    const bytes = this.arrived;
    this.arrived = 0;
    if (this.#reader) return this.#settle((reader) => reader.resolve(message));
    this.#bytes += bytes;
    this.#messages.push({ message, bytes });
    if (this.#isFull) this.peer.pause();
  }

  /** The peer has ended. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#settle((reader) => reader.resolve(undefined));
    if (this.#messages.length === 0) this.peer.end();
  }

  /** The connection is over; without an error, the peer has said all. */
  close(error: Error | undefined): void {
    if (this.#state === 'open') this.#state = error ? 'cut' : 'ended';
    this.#error = error;
    this.#settle((reader) => (error && this.#state === 'cut' ? reader.reject(error) : reader.resolve(undefined)));
  }

  /** Resolves with the oldest message: see {@link Channel.next}. */
  async next(options: NextOptions = {}): Promise<M | undefined> {
    const oldest = this.#messages.shift();
    if (oldest) {
      this.#bytes -= oldest.bytes;
      if (!this.#isFull) this.peer.resume();
      if (this.#state === 'ended' && this.#messages.length === 0) this.peer.end();
      return oldest.message;
    }
    if (this.#state === 'ended') return undefined;
    if (this.#error) throw this.#error;
    if (this.#reader) throw new WirelineError('usage', 'a channel has one reader at a time');
    return this.#wait(options);
  }

  get #isFull(): boolean {
    return this.#messages.length >= maxMessages || this.#bytes >= this.maxBytes;
  }

  async #wait({ signal, timeoutMs }: NextOptions): Promise<M | undefined> {
    if (signal?.aborted) throw asWirelineError(signal.reason, 'interrupted');
    const giveUp = (error: Error) => this.#settle((reader) => reader.reject(error));
    const onAbort = () => giveUp(asWirelineError(signal?.reason, 'interrupted'));
    const onTimeout = () => giveUp(new WirelineError('timeout', `no message has come within ${timeoutMs} ms`));
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#reader = { resolve, reject };
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #settle(how: (reader: Reader<M>) => void): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader) how(reader);
  }
}
