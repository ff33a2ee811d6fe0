import type net from 'node:net';
import { asWirelineError, type Connection, type Reason, Reusable, type Service, WirelineError } from '../core/index.js';
import { type Address, formatAddress, parseTarget } from './address.js';
import { dialled, reachedItself } from './raw-socket.js';
import { SocketConnection } from './socket-connection.js';
import { inWords } from './system-errors.js';

/** How {@link dial} connects. */
export interface DialOptions {
  /** Milliseconds until a connection must stand (default 10,000). */
  readonly connectTimeoutMs?: number;
  /** Gives up connecting, and closes the connection once it stands; for its reason, where that is a `WirelineError`. */
  readonly signal?: AbortSignal;
  /**
   * Bytes that are read at a time, in memory of this connection's own. Without it that is 64 KiB, which all connections
   * share. More is for one that takes much and does work with every byte: fewer reads, and fewer acknowledgements.
   */
  readonly readSize?: number;
  /** Milliseconds that the closing connection waits, once all was taken, for the peer to end too (default 1,000). */
  readonly farewellMs?: number;
}

/**
 * Connects to `address` (as on the command line, or parsed) and runs `service` on this end. Resolves with the
 * connection once it stands; rejects with a `WirelineError` of code `unreachable`, `timeout`, `usage` or `interrupted`. What
 * comes after is told to the service's handler.
 */
export async function dial(
  service: Service,
  address: Address | string,
  options: DialOptions = {},
): Promise<Connection> {
  const target = typeof address === 'string' ? parseTarget([address]).address : address;
  if (options.signal?.aborted) throw givenUp(target, options.signal);
  const peer = new SocketConnection(formatAddress(target), () => forget(), options.farewellMs);
  const onAbort = () => {
    const why = asWirelineError(options.signal?.reason, 'interrupted');
    peer.close(why.code, why);
  };
  const forget = () => options.signal?.removeEventListener('abort', onAbort);
  const memory = options.readSize ? new Reusable(options.readSize, Buffer.allocUnsafe) : undefined;
  const socket = await connectedToAny(loopback(target), target, () => dialled(peer.onRead, memory), options);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  peer.start(socket, service);
  return peer;
}

/**
 * The name localhost is the loopback address by definition (RFC 6761, section 6.3). To look it up all the same
 * takes 7 ms, a third of what a short command takes.
 */
function loopback(address: Address): Address[] {
  if (address.host !== 'localhost') return [address];
  return ['127.0.0.1', '::1'].map((host) => ({ host, port: address.port }));
}

/** Tries the addresses one after the other; errors name the address that was asked for. */
async function connectedToAny(
  [first, ...rest]: Address[],
  named: Address,
  make: () => net.Socket,
  options: DialOptions,
): Promise<net.Socket> {
  const socket = make();
  try {
    await connected(socket, first as Address, named, options);
    return socket;
  } catch (error) {
    if (rest.length === 0 || asWirelineError(error).code !== 'unreachable') throw error;
    return connectedToAny(rest, named, make, options);
  }
}

function connected(socket: net.Socket, target: Address, named: Address, options: DialOptions): Promise<void> {
  const { connectTimeoutMs = 10_000, signal } = options;
  return new Promise((resolve, reject) => {
    const settle = (failure?: WirelineError) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      if (!failure) return resolve();
      socket.on('error', () => {});
      socket.destroy();
      reject(failure);
    };
    const late = () => settle(cannotConnect('timeout', named, `no answer within ${connectTimeoutMs} ms`));
    const timer = setTimeout(late, connectTimeoutMs);
    const onAbort = () => settle(givenUp(named, signal as AbortSignal));
    const onError = (error: Error) => settle(cannotConnect('unreachable', named, inWords(error), error));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.connect({ ...target, noDelay: true, keepAlive: true } as net.SocketConnectOpts, () => {
      settle(reachedItself(socket) ? cannotConnect('unreachable', named, 'nobody listens there') : undefined);
    });
  });
}

function givenUp(address: Address, { reason }: AbortSignal): WirelineError {
  return cannotConnect(asWirelineError(reason, 'interrupted').code, address, 'given up', reason);
}

function cannotConnect(code: Reason, address: Address, why: string, cause?: unknown): WirelineError {
  return new WirelineError(code, `cannot connect to ${formatAddress(address)}: ${why}`, { cause });
}
