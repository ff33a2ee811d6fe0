import net from 'node:net';
import { attempt, report } from '../core/attempt.js';
import type { Address } from '../core/index.js';
import {
  type Closed,
  formatPeer,
  type PeerAddress,
  printError,
  type Service,
  tightPart,
  WirelineError,
} from '../core/index.js';
import { listenAddressOf } from './address.js';
import { publish, published } from './events.js';
import { Descriptors } from './limits/descriptors.js';
import { Addresses } from './limits/per-address.js';
import { StallWatch } from './limits/stall.js';
import { isDescriptor, type ListenTarget, listen } from './listen.js';
import { socketOptions, wrapAccepted } from './raw-socket.js';
import { refusing, tooMany, tooManyOfAddress } from './refusals.js';
import type { Observer, ServeOptions, Server } from './serve-options.js';
import { SocketConnection } from './socket-connection.js';

/** A peer that takes nothing for this long while the server stops is cut. */
const stuckAtShutdownMs = 500;
/** Connections over the limit that are told why; beyond them a flood is dropped without a word. */
const placesToRefuse = 100;
/** Milliseconds after which a connection that is refused is closed, whatever the service for it waits for. */
const refusalMs = 1_000;

/**
 * Listens on `target` and runs `service` for each connection. The target is an address (as on the command line, or parsed),
 * the descriptor of a socket that listens already, as systemd passes it, or a `net.Server` that listens. Resolves once
 * the address accepts. Rejects with a `WirelineError` of code `unusable`, `usage` or `interrupted`. What a connection
 * does, or a service throws, never ends the server.
 */
export async function serve(service: Service, target: ListenTarget, options: ServeOptions = {}): Promise<Server> {
  const wanted = target instanceof net.Server || isDescriptor(target) ? target : listenAddressOf(target);
  failIfAborted(options.signal);
  const listener = wanted instanceof net.Server ? wanted : net.createServer({ ...socketOptions });
  Object.assign(listener, { allowHalfOpen: true, pauseOnConnect: true });
  const running = new RunningServer(listener, service, options);
  listener.on('connection', (socket) => running.accept(socket));
  const bound = await listen(listener, wanted, options.backlog);
  running.begin(bound);
  if (options.signal?.aborted) await running.close();
  failIfAborted(options.signal);
  return running;
}

function failIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new WirelineError('interrupted', 'told to stop before listening', { cause: signal.reason });
}

class RunningServer implements Server {
  address!: Address;
  readonly closed: Promise<void>;
  readonly #served = new Set<SocketConnection>();
  /** Connections over the limit, while they are told so. They take no place. */
  readonly #refused = new Set<SocketConnection>();
  readonly #descriptors = new Descriptors();
  readonly #maxConnections: number;
  readonly #addresses: Addresses;
  readonly #stalls: StallWatch;
  #listening = true;
  #resolveClosed!: () => void;

  constructor(
    readonly listener: net.Server,
    readonly service: Service,
    readonly options: ServeOptions,
  ) {
    const { maxConnections = 10_000, maxPerAddress, stallMs = 300_000, clock } = options;
    this.#maxConnections = maxConnections;
    this.#addresses = new Addresses(maxPerAddress ?? Math.ceil(maxConnections * tightPart));
    this.#stalls = new StallWatch({ ms: stallMs, tight: () => this.#isTight(), ...(clock ? { clock } : {}) });
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  get port(): number | undefined {
    return this.address.port;
  }

  get connections(): number {
    return this.#served.size;
  }

  begin(address: Address): void {
    this.address = address;
    const { signal } = this.options;
    const onAbort = () => void this.close();
    signal?.addEventListener('abort', onAbort, { once: true });
    void this.closed.then(() => signal?.removeEventListener('abort', onAbort));
    // After listening, an error is one of accepting: of that connection, and not of the server.
    this.listener.on('error', (error) => this.#refuse('?', { reason: 'failed', error }));
  }

  accept(accepted: net.Socket): void {
    const peerAddress = peerAddressOf(accepted, this.address);
    const room = this.#descriptors.roomFor(accepted, this.#served.size);
    const refusal = room === 'serve' ? this.#refusalOf(peerAddress) : tooMany;
    if (room === 'drop' || (refusal && this.#refused.size >= placesToRefuse))
      return this.#drop(accepted, formatPeer(peerAddress));
    const peer = new SocketConnection(peerAddress, this.#onClosed, this.options.lingerMs, this.options.onError);
    if (refusal) {
      this.#refused.add(peer);
      return peer.start(wrapAccepted(accepted, peer.onRead), this.#refusing(refusal));
    }
    this.#served.add(peer);
    this.#addresses.add(peerAddress);
    peer.start(wrapAccepted(accepted, peer.onRead), this.#observed);
    this.#stalls.add(peer);
  }

  /** The line for a connection that there is no place for. */
  #refusalOf(address: PeerAddress): string | undefined {
    if (this.#served.size >= this.#maxConnections) return tooMany;
    return this.#addresses.hasRoom(address) ? undefined : tooManyOfAddress;
  }

  #isTight(): boolean {
    const { size } = this.#served;
    // Nine tenths of a few places are all of them: that they are taken is no sign of an attack.
    return size > Math.max(9, this.#maxConnections * tightPart) || this.#descriptors.tight(size);
  }

  readonly #observed: Service = (peer) => {
    this.#tell((observer) => observer.opened?.(peer), peer);
    publish(() => ({ type: 'opened', remote: peer.remote, peer }));
    return published(this.service)(peer);
  };

  /** Tells the peer why it is not served. */
  #refusing(line: string): Service {
    return (peer) => {
      this.#refuse(peer.remote, { reason: 'too-many' });
      const { refuse } = this.options;
      if (refuse) setTimeout(() => peer.close('too-many'), refusalMs).unref();
      return (refuse ?? refusing(line))(peer);
    };
  }

  #refuse(remote: string, why: Closed): void {
    this.#tell((observer) => observer.refused?.(remote, why), { remote });
    publish(() => ({ type: 'refused', remote, why }));
  }

  /** Tells the observer of something: what it throws costs no connection. */
  #tell(of: (observer: Observer) => unknown, peer: { readonly remote: string }): void {
    const { observer, onError = printError } = this.options;
    if (!observer) return;
    attempt(
      () => of(observer),
      (error) => report(onError, error, peer),
    );
  }

  #drop(accepted: net.Socket, remote: string): void {
    this.#refuse(remote, { reason: 'too-many' });
    // An end in order would be taken for a receipt.
    if (this.address.path === undefined) accepted.resetAndDestroy();
    else accepted.destroy();
  }

  readonly #onClosed = (peer: SocketConnection, why: Closed): void => {
    const { received, sent } = peer;
    this.#stalls.delete(peer);
    if (this.#served.delete(peer)) {
      this.#addresses.remove(peer.address);
      this.#tell((observer) => observer.closed?.(peer, why, { received, sent }), peer);
      publish(() => ({ type: 'closed', remote: peer.remote, peer, why, received, sent }));
    } else this.#refused.delete(peer);
    this.#settle();
  };

  #settle(): void {
    if (!this.#listening && this.#served.size + this.#refused.size === 0) this.#resolveClosed();
  }

  stopListening(): void {
    if (!this.#listening) return;
    this.#listening = false;
    this.listener.close();
    this.#settle();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  close({ graceMs = this.options.graceMs ?? 5_000 }: { graceMs?: number } = {}): Promise<void> {
    this.stopListening();
    const peers = [...this.#served, ...this.#refused];
    for (const peer of peers) {
      peer.stop();
      peer.shorten(stuckAtShutdownMs);
    }
    const cut = () => peers.forEach((peer) => void peer.cut());
    if (graceMs <= 0) cut();
    const grace = setTimeout(cut, graceMs);
    return this.closed.finally(() => clearTimeout(grace));
  }
}

function peerAddressOf(socket: net.Socket, local: Address): PeerAddress {
  if (local.path !== undefined) return local;
  // An IPv4 client of a socket that serves both is seen as ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2).
  const host = (socket.remoteAddress ?? '?').replace(/^::ffff:(?=\d+\.)/, '');
  return { host, port: socket.remotePort ?? 0 };
}
