import { type Closed, type Codec, type Connection, WirelineError } from '../core/index.js';
import { framed } from '../framing/index.js';
import { type Address, type DialOptions, dial } from '../transport/index.js';

/** Messages that wait for their reader before the connection is read no further. */
const queueLimit = 64;

/**
 * The pleasant storey of the library: a connection whose messages are awaited. Built on {@link dial}; what is
 * not yet read pauses the peer.
 */
export interface Channel<M> extends AsyncIterable<M> {
  readonly remote: string;
  /** Sends a message; resolves when more may be sent. Rejects with a `WirelineError` once the channel is closed. */
  send(message: M): Promise<void>;
  /** The next message; undefined when the peer has said all. Rejects where the connection was cut. */
  next(): Promise<M | undefined>;
  /** Says that nothing more will be sent; reading goes on. */
  end(): void;
  /** Ends both directions. */
  close(): void;
  /** Why the connection ended; never rejects. */
  readonly closed: Promise<Closed>;
}

/** Connects to `address` and gives a channel of the messages of `codec`. Rejects as {@link dial} does. */
export async function open<M>(
  address: Address | string,
  codec: Codec<M>,
  options: DialOptions = {},
): Promise<Channel<M>> {
  const channel = new DialledChannel<M>();
  await dial(
    framed(codec, (peer) => channel.attach(peer)),
    address,
    options,
  );
  return channel;
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

class DialledChannel<M> implements Channel<M> {
  readonly closed: Promise<Closed>;
  #peer!: Connection<M>;
  #resolveClosed!: (why: Closed) => void;
  #messages: M[] = [];
  #ended = false;
  #why: Closed | undefined;
  #reader: Waiting<M | undefined> | undefined;
  #writers: Waiting<void>[] = [];

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  attach(peer: Connection<M>) {
    this.#peer = peer;
    return {
      data: (message: M) => this.#onMessage(message),
      drain: () => this.#releaseWriters((writer) => writer.resolve()),
      end: () => this.#onEnd(),
      close: (why: Closed) => this.#onClose(why),
    };
  }

  get remote(): string {
    return this.#peer.remote;
  }

  async send(message: M): Promise<void> {
    if (this.#peer.state !== 'open') throw this.#failure();
    if (this.#peer.write(message)) return;
    await new Promise<void>((resolve, reject) => this.#writers.push({ resolve, reject }));
  }

  async next(): Promise<M | undefined> {
    const message = this.#messages.shift();
    if (this.#messages.length === 0) this.#peer.resume();
    if (message !== undefined) return message;
    if (this.#ended) return undefined;
    if (this.#why) throw this.#failure();
    if (this.#reader) throw new WirelineError('usage', 'a channel has one reader at a time');
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<M, void, void> {
    for (;;) {
      const message = await this.next();
      if (message === undefined) return;
      yield message;
    }
  }

  end(): void {
    this.#peer.end();
  }

  close(): void {
    this.#peer.close('ended');
  }

  #onMessage(message: M): void {
    if (this.#reader) return this.#answer((reader) => reader.resolve(message));
    if (this.#messages.push(message) >= queueLimit) this.#peer.pause();
  }

  #onEnd(): void {
    this.#ended = true;
    this.#answer((reader) => reader.resolve(undefined));
  }

  #onClose(why: Closed): void {
    this.#why = why;
    if (why.reason === 'ended') this.#ended = true;
    this.#answer((reader) => (this.#ended ? reader.resolve(undefined) : reader.reject(this.#failure())));
    this.#releaseWriters((writer) => writer.reject(this.#failure()));
    this.#resolveClosed(why);
  }

  #answer(settle: (reader: Waiting<M | undefined>) => void): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader) settle(reader);
  }

  #releaseWriters(settle: (writer: Waiting<void>) => void): void {
    const writers = this.#writers;
    this.#writers = [];
    writers.forEach(settle);
  }

  #failure(): WirelineError {
    const reason = this.#why?.reason ?? 'ended';
    return new WirelineError(reason, `the connection to ${this.remote} has ended (${reason})`, {
      cause: this.#why?.error,
    });
  }
}
