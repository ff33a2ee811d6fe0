import type { PeerAddress } from './address.js';
import type { OnError } from './attempt.js';
import type { Answering, Sendable } from './bytes.js';
import type { Reason, WirelineError } from './reason.js';

/**
 * The state of a connection. `open`: both may speak. `ended`: we have said that we are done (our `end`),
 * and go on reading. `closed`: over in both directions.
 */
export type ConnectionState = 'open' | 'ended' | 'closed';

/**
 * A peer, seen by who writes to it. `M` is what travels: bytes, or the messages of a codec. No method throws
 * and none waits; after the connection has closed they all do nothing.
 */
export interface Connection<M = Sendable> {
  /** A number that no other connection of this process has had. */
  readonly id: number;
  /** Where the peer is. */
  readonly address: PeerAddress;
  /** The peer's address, for a log line: `127.0.0.1:40112`, `[::1]:40112`, `unix:/run/x`. */
  readonly remote: string;
  /** True if what travels is encrypted, and nobody else can have sent it. */
  readonly secure: boolean;
  readonly state: ConnectionState;
  /** Bytes that were given to `write` and that the system has not yet taken. */
  readonly backlog: number;
  /**
   * Sends `message` after what was written before; where it is bytes, a string stands for its UTF-8. The bytes may be a view of what `data` is being given, or of
   * other {@link Reusable} memory; any others belong to the connection from now on and must not be changed. Returns false when the backlog
   * has passed its high-water mark: the message is taken all the same, and `drain` says when to go on.
   */
  write(message: M): boolean;
  /** Sends what was written, which otherwise leaves together at the end of the tick. */
  flush(): void;
  /** True if reading is paused. */
  readonly paused: boolean;
  /** Stops reading. What was already read, at most one read's worth, may still be given to `data`. */
  pause(): void;
  /** Goes on reading after `pause`. */
  resume(): void;
  /** Says that nothing more will be written (a half-close): what was written is sent first, reading goes on. */
  end(): void;
  /**
   * Ends both directions, in the way that the table of reasons has for this one (default `ended`); what still comes in
   * is dropped. Only the first call counts. A word that is not in the table closes as `failed`.
   */
  close(reason?: Reason, error?: Error): void;
  /**
   * Closes the connection because of an error that came up where nobody would catch it: in a timer, a promise, an event
   * of something else. What a handler throws ends here too. A {@link WirelineError} closes with its code; anything else
   * is a mistake, which closes as `failed` and is reported with its stack (see {@link OnError}).
   */
  fail(error: unknown): void;
}

/** Why a connection closed, and the error underneath where there is one. */
export interface Closed {
  readonly reason: Reason;
  readonly error?: Error;
}

/**
 * The result of `data`: anything but a promise. The value means nothing; it lets `data: (message) => peer.write(message)`
 * stand, and refuses an `async` function, which would go on when the bytes that it was given are others.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a method without a return statement returns void.
export type Sync = void | undefined | null | boolean | number | string;

/**
 * Receives what a peer sends. The methods are called in the order of what happens on the wire, never
 * two at a time and never inside one another, and never after `close`. What one of them throws, or what a promise that
 * it returns is rejected with, costs its connection and no other (see {@link Connection.fail}).
 */
export interface Handler<M = Uint8Array> {
  /**
   * A message. The bytes of a connection are valid until this returns, so a handler that needs them for longer calls
   * {@link keep}; messages of `framed` stay as they are. `data` must not return a promise: that closes the connection
   * as `failed`.
   */
  data(message: M): Sync;
  /** The backlog has fallen below its low-water mark after a `write` gave false. */
  drain?(): void;
  /** The peer will send nothing more. Without this method, our side is ended as well. */
  end?(): void;
  /**
   * The server stops, and nothing more will be given to `data`: the handler finishes what it has received, and closes the
   * connection. When the grace of the server is over, the connection is cut. Without this method, it is closed as
   * `shutdown` at once, which sends what was written.
   */
  stopping?(): void;
  /** The connection is over. Called exactly once, always, and last. */
  close?(why: Closed): void;
}

/**
 * The work of a server with each connection, and of a client with its one: it receives the peer and returns the
 * handler; what it has to remember lives in its closure. A layer is a function from a service to a service. `In` is
 * what the peer sends, and `Out`, where it differs, what it is sent.
 */
export type Service<In = Uint8Array, Out = Answering<In>> = (peer: Connection<Out>) => Handler<In>;
