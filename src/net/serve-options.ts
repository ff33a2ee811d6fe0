import type { Address, Clock, Closed, Connection, OnError, Service } from '../core/index.js';

/** Receives what a server does with its connections, for a log or for metrics. What a method throws costs nothing but a report to `onError`. */
export interface Observer {
  opened?(peer: Connection): void;
  /** `received` and `sent` are bytes. */
  closed?(peer: Connection, why: Closed, traffic: { received: number; sent: number }): void;
  /** A connection that was not served, and why. */
  refused?(remote: string, why: Closed): void;
}

/** How {@link serve} listens. Every limit names what it stops. */
export interface ServeOptions {
  /** Connections that the system queues before they are accepted (default 511). */
  readonly backlog?: number;
  /** Connections served at a time (default 10,000): more are told so and closed. Stops a flood from taking all memory. */
  readonly maxConnections?: number;
  /**
   * Connections that one address may have at a time (default: nine tenths of `maxConnections`): more are told so and
   * closed. It keeps one host from taking all places. Unix sockets have no address, and are not limited.
   */
  readonly maxPerAddress?: number;
  /**
   * Milliseconds in which a peer must take some of what it is sent (default 300,000; 0: any time): else it is closed as
   * `slow`. While places or descriptors are short, that is one second. It keeps peers that never read from staying.
   */
  readonly stallMs?: number;
  /** Milliseconds that `close` waits, at most, for peers to take what they were sent (default 5,000). Stops one that reads a little at a time from holding the server. */
  readonly graceMs?: number;
  /** Milliseconds that a closing connection waits, once all was taken, for the peer to end too (default 1,000). */
  readonly lingerMs?: number;
  /** Ends the server as `close` does. */
  readonly signal?: AbortSignal;
  readonly observer?: Observer;
  /**
   * Speaks to a connection that there is no place for (default: sends a line that begins with `error: `). It has one second
   * until the connection is closed as `too-many`. So a refusal can be spoken in the protocol of the peer.
   */
  readonly refuse?: Service;
  /** Measures `stallMs` (default: the clock of the process). */
  readonly clock?: Clock;
  /**
   * Receives what the service or the observer throws, or a promise of theirs is rejected with (default: prints it, with
   * its stack, on stderr).
   */
  readonly onError?: OnError;
}

/** A server that listens. */
export interface Server {
  /** Where it listens; a port that was asked for as 0 is the one that was given. */
  readonly address: Address;
  /** The TCP port on which it listens; undefined on a Unix socket. */
  readonly port: number | undefined;
  /** Connections served now. */
  readonly connections: number;
  /** Accepts no more connections; those that are served go on. The address is free at once. */
  stopListening(): void;
  /**
   * Stops listening, ends every connection, once its handler has finished what it has received or as `shutdown`, and
   * resolves when all are closed. May be called again, also
   * with a shorter grace: with `graceMs: 0`, every connection is reset before `close` returns.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
  /** Resolves when the server has stopped and its last connection is closed. */
  readonly closed: Promise<void>;
  /** Closes the server at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
}
