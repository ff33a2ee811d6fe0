import type { Reason } from './reason.js';

/**
 * How far a connection has come. `open`: both may speak. `ended`: we have said that we are done (our `end`),
 * and go on reading. `closed`: over in both directions.
 */
export type ConnectionState = 'open' | 'ended' | 'closed';

/**
 * A peer, seen by who writes to it. `M` is what travels: bytes, or the messages of a codec. No method throws
 * and none waits; after the connection has closed they all do nothing.
 */
export interface Connection<M = Uint8Array> {
  /** A number that no other connection of this process has had. */
  readonly id: number;
  /** The peer's address, for a log line: `127.0.0.1:40112`, `[::1]:40112`, `unix:/run/x`. */
  readonly remote: string;
  readonly state: ConnectionState;
  /** Bytes that were given to `write` and that the system has not yet taken. */
  readonly backlog: number;
  /**
   * Sends `message` after what was written before. The bytes may be a view of what `data` is being given, or of
   * other {@link Reusable} memory; any others belong to the connection from now on and are not to be changed. Gives false when the backlog
   * has passed its high-water mark: the message is taken all the same, and `drain` says when to go on.
   */
  write(message: M): boolean;
  /** Whether reading is paused. */
  readonly paused: boolean;
  /** Stops reading. What was already read, at most one read's worth, may still be given to `data`. */
  pause(): void;
  /** Goes on reading after `pause`. */
  resume(): void;
  /** Says that nothing more will be written (a half-close): what was written is sent first, reading goes on. */
  end(): void;
  /**
   * Ends both directions, in the way that the table of reasons has for this one; what still comes in is dropped.
   * Only the first call counts.
   */
  close(reason: Reason, error?: Error): void;
}

/** Why a connection closed, and the error underneath where there is one. */
export interface Closed {
  readonly reason: Reason;
  readonly error?: Error;
}

/**
 * What is done with what a peer sends. The methods are called in the order of what happens on the wire, never
 * two at a time and never inside one another, and never after `close`.
 */
export interface Handler<M = Uint8Array> {
  /** A message. Bytes are valid until this returns: what keeps them, copies them. */
  data(message: M): void;
  /** The backlog has fallen below its low-water mark after a `write` gave false. */
  drain?(): void;
  /** The peer will send nothing more. Without this method, our side is ended as well. */
  end?(): void;
  /** The connection is over. Called exactly once, always, and last. */
  close?(why: Closed): void;
}

/**
 * What a server does with each connection, and a client with its one: it is given the peer and gives the
 * handler; what it has to remember lives in its closure. A layer is a function from a service to a service. `In` is
 * what the peer sends, and `Out`, where it differs, what it is sent.
 */
export type Service<In = Uint8Array, Out = In> = (peer: Connection<Out>) => Handler<In>;
