import { asWirelineError, type Closed, type Connection, type OnError, Reusable, type Service } from '../core/index.js';
import { type AddressLike, formatAddress, targetOf } from './address.js';
import { publish, published } from './events.js';
import { newDialSocket } from './raw-socket.js';
import { givenUp, type Lookup, reach } from './reach.js';
import { SocketConnection } from './socket-connection.js';

/** Options of {@link dial}. */
export interface DialOptions {
  /** Milliseconds until a connection must be established, for all addresses of a name together (default 10,000). */
  readonly connectTimeoutMs?: number;
  /** Resolves a host name to IP addresses (default: the system's resolver). Not called for IP addresses and localhost. */
  readonly lookup?: Lookup;
  /** Gives up connecting, and closes the connection once it stands; for its reason, where that is a `WirelineError`. */
  readonly signal?: AbortSignal;
  /**
   * Bytes that are read at a time, in memory of this connection's own. Without it that is 64 KiB, which all connections
   * share. More is for one that takes much and does work with every byte: fewer reads, and fewer acknowledgements.
   */
  readonly readSize?: number;
  /** Milliseconds that the closing connection waits, once all was taken, for the peer to end too (default 1,000). */
  readonly lingerMs?: number;
  /** Receives the mistakes of the service (default: prints them, with their stack, on stderr). */
  readonly onError?: OnError;
}

/**
 * Connects to `address` (as on the command line, or parsed) and runs `service` on this end. Resolves with the
 * connection once it stands; rejects with a `WirelineError` of code `unreachable`, `timeout`, `usage` or `interrupted`. What
 * comes after is told to the service's handler.
 */
export async function dial(service: Service, address: AddressLike, options: DialOptions = {}): Promise<Connection> {
  const target = targetOf(address);
  if (options.signal?.aborted) throw givenUp(target, options.signal);
  const remote = formatAddress(target);
  const onClosed = ({ received, sent }: SocketConnection, why: Closed) => {
    options.signal?.removeEventListener('abort', onAbort);
    publish(() => ({ type: 'closed', remote, peer, why, received, sent }));
  };
  const peer = new SocketConnection(target, onClosed, options.lingerMs, options.onError);
  const onAbort = () => {
    const why = asWirelineError(options.signal?.reason, 'interrupted');
    peer.close(why.code, why);
  };
  const memory = options.readSize ? new Reusable(options.readSize, Buffer.allocUnsafe) : undefined;
  const socket = await reach(target, () => newDialSocket(peer.onRead, memory), options);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  publish(() => ({ type: 'connected', remote }));
  peer.start(socket, published(service));
  return peer;
}
