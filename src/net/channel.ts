import { type Closed, type Codec, type Connection, type Handler, WirelineError, wrapHandler } from '../core/index.js';
import { framed } from '../framing/index.js';
import type { AddressLike } from './address.js';
import { type DialOptions, dial } from './dial.js';
import { Inbox } from './inbox.js';

/** How long {@link Channel.next} waits. */
export interface NextOptions {
  /** Gives the wait up, and rejects with its reason where that is a `WirelineError`, else with `interrupted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the wait rejects with `timeout` (default: it waits for as long as the channel is open). */
  readonly timeoutMs?: number;
}

/** Options of {@link open}. */
export interface OpenOptions extends DialOptions {
  /**
   * Bytes of messages that wait for their reader before the connection is read no further (default 1 MiB). Stops a
   * server that sends faster than its messages are read from filling the memory.
   */
  readonly maxBytes?: number;
}

/**
 * A connection whose messages are awaited, of type `In` from the peer and `Out` to it. Built on {@link dial}; messages
 * that are not yet read pause the peer.
 */
export interface Channel<In, Out = In> extends AsyncIterable<In> {
  /** The peer's address, as {@link Connection.remote}. */
  readonly remote: string;
  /** Sends a message; resolves when more may be sent. Rejects with a `WirelineError` once the channel is closed. */
  send(message: Out): Promise<void>;
  /**
   * Returns the next message, or undefined when the peer has ended and all its messages are read; our side is ended
   * then too. Rejects where the connection was cut. A wait that is given up loses no message.
   */
  next(options?: NextOptions): Promise<In | undefined>;
  /** Says that nothing more will be sent; reading goes on. */
  end(): void;
  /** Ends both directions. Leaving a `for await` over the channel early does the same. */
  close(): void;
  /** Resolves with why the connection ended: after `close`, after a cut, and when the peer has ended and all is read. Never rejects. */
  readonly closed: Promise<Closed>;
  /** Closes the channel at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Connects to `address` and returns a channel of the messages of `codec`. Rejects as {@link dial} does. */
export async function open<In, Out = In>(
  address: AddressLike,
  codec: Codec<In, Out>,
  { maxBytes, ...options }: OpenOptions = {},
): Promise<Channel<In, Out>> {
  const channel = new OpenChannel(codec, maxBytes);
  await dial((peer) => channel.begin(peer), address, options);
  return channel;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** The channel at one end of a connection. */
export class OpenChannel<In, Out> implements Channel<In, Out> {
  readonly closed: Promise<Closed>;
  readonly #inbox: Inbox<In>;
  #peer!: Connection<Out>;
  #resolveClosed!: (why: Closed) => void;
  #why: Closed | undefined;
  #writers: Waiting[] = [];

  constructor(
    readonly codec: Codec<In, Out>,
    maxBytes?: number,
  ) {
    this.#inbox = new Inbox(maxBytes);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** The handler of the connection's bytes: it counts them, and decodes them for the inbox. */
  begin(bytes: Connection): Handler {
    const decoding = framed(this.codec, (peer) => this.#attach(peer))(bytes);
    return wrapHandler(decoding, {
      data: (chunk) => {
        this.#inbox.arrived += chunk.length;
        return decoding.data(chunk);
      },
    });
  }

  #attach(peer: Connection<Out>): Handler<In> {
    this.#peer = peer;
    this.#inbox.peer = peer;
    return {
      data: (message) => this.#inbox.add(message),
      drain: () => this.#releaseWriters((writer) => writer.resolve()),
      end: () => this.#inbox.end(),
      close: (why) => this.#onClose(why),
    };
  }

  get remote(): string {
    return this.#peer.remote;
  }

  async send(message: Out): Promise<void> {
    if (this.#peer.state !== 'open') throw this.#failure();
    if (this.#peer.write(message)) return;
    await new Promise<void>((resolve, reject) => this.#writers.push({ resolve, reject }));
  }

  next(options?: NextOptions): Promise<In | undefined> {
    return this.#inbox.next(options);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<In, void, void> {
    try {
      for (let message = await this.next(); message !== undefined; message = await this.next()) yield message;
    } finally {
      // When the peer has ended, so has our side: this waits for nothing more.
      this.close();
    }
  }

  end(): void {
    this.#peer.end();
  }

  close(): void {
    this.#peer.close('ended');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed;
  }

  #onClose(why: Closed): void {
    this.#why = why;
    this.#inbox.close(why.reason === 'ended' ? undefined : this.#failure());
    this.#releaseWriters((writer) => writer.reject(this.#failure()));
    this.#resolveClosed(why);
  }

  #releaseWriters(settle: (writer: Waiting) => void): void {
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
