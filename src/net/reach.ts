import net from 'node:net';
import type { Address } from '../core/index.js';
import { asWirelineError, type Clock, type Reason, systemClock, type Timer, WirelineError } from '../core/index.js';
import { formatAddress } from './address.js';
import { publish } from './events.js';
import { reachedItself } from './raw-socket.js';
import { errorText } from './system-errors.js';

/** Resolves a host name to its IP addresses, the preferred one first. Rejects where the name is unknown. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** Options of {@link reach}. */
export interface ReachOptions {
  /** Milliseconds until a connection must be established, the look-up of the name included (default 10,000). */
  readonly connectTimeoutMs?: number;
  /** Gives up; the reason of its `WirelineError`, if it has one, becomes the code of the rejection. */
  readonly signal?: AbortSignal;
  /** Resolves names (default: the system's resolver). */
  readonly lookup?: Lookup;
  readonly clock?: Clock;
}

/** Milliseconds before the next address is tried beside those that have not answered (RFC 8305, section 8). */
const attemptDelayMs = 250;

/**
 * Connects a socket that `make` returns to `target`. A host name may have several addresses: they are tried as
 * "Happy Eyeballs" (RFC 8305) has it. The families alternate, the next attempt begins after 250 ms or as soon as one has
 * failed, none is given up early, and the first that stands wins; the others are destroyed. Rejects with a
 * `WirelineError` that names `target`: `timeout` when the time limit has passed, `unreachable` when every address has failed.
 */
export function reach(target: Address, make: () => net.Socket, options: ReachOptions = {}): Promise<net.Socket> {
  return new Promise((resolve, reject) => new Race(target, make, options, resolve, reject).begin());
}

/** Addresses with the families in turn, beginning with the first one's; the order within a family stays. */
export function interleaved(hosts: readonly string[]): string[] {
  const isFirstFamily = (host: string) => net.isIPv6(host) === net.isIPv6(hosts[0] ?? '');
  const first = hosts.filter(isFirstFamily);
  const second = hosts.filter((host) => !isFirstFamily(host));
  return Array.from({ length: Math.max(first.length, second.length) }, (_, at) => [first[at], second[at]])
    .flat()
    .filter((host) => host !== undefined);
}

/** An attempt that has failed. */
interface Failure {
  readonly host: string;
  readonly why: string;
  readonly cause: unknown;
}

/** Attempts to connect to the addresses of one name, side by side. */
class Race {
  #left: Address[] = [];
  readonly #running = new Set<net.Socket>();
  readonly #failures: Failure[] = [];
  readonly #limitMs: number;
  readonly #limit: Timer;
  readonly #stagger: Timer;
  #over = false;

  constructor(
    readonly target: Address,
    readonly make: () => net.Socket,
    readonly options: ReachOptions,
    readonly resolve: (socket: net.Socket) => void,
    readonly reject: (error: WirelineError) => void,
  ) {
    const { clock = systemClock, connectTimeoutMs = 10_000 } = options;
    this.#limitMs = connectTimeoutMs;
    this.#limit = clock.after(connectTimeoutMs, () => this.#onLimit());
    this.#stagger = clock.after(attemptDelayMs, () => this.#tryNext());
    this.#stagger.stop();
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  begin(): void {
    const addresses = this.#addresses();
    if (Array.isArray(addresses)) return this.#tryAll(addresses);
    addresses.then(
      (found) => this.#tryAll(found),
      (cause) => this.#lose('unreachable', errorText(cause), cause),
    );
  }

  /** A socket without a name, or an IP address, needs no look-up; nor does localhost, whose addresses are known. */
  #addresses(): Address[] | Promise<Address[]> {
    const { host, port } = this.target;
    if (host === undefined || net.isIP(host) !== 0) return [this.target];
    const at = (hosts: readonly string[]) => hosts.map((found) => ({ host: found, port }));
    // Localhost is the loopback address by definition (RFC 6761, section 6.3); a look-up takes 7 ms all the same.
    if (host === 'localhost') return at(['127.0.0.1', '::1']);
    return (this.options.lookup ?? lookedUp)(host).then((hosts) => at(interleaved(hosts)));
  }

  #tryAll(addresses: Address[]): void {
    if (this.#over) return;
    this.#left = addresses;
    if (addresses.length > 0) this.#tryNext();
    else this.#lose('unreachable', 'the name has no address');
  }

  /** Begins the next attempt, beside those that run. */
  #tryNext(): void {
    const [address, ...left] = this.#left;
    if (!address || this.#over) return;
    this.#left = left;
    if (left.length > 0) this.#stagger.again();
    const socket = this.make();
    this.#running.add(socket);
    publish(() => ({ type: 'trying', remote: formatAddress(address) }));
    const failed = (why: string, cause?: unknown) => {
      publish(() => ({ type: 'failed', remote: formatAddress(address), why }));
      this.#onFailure(socket, { host: hostOf(address), why, cause });
    };
    const onError = (error: Error) => failed(errorText(error), error);
    socket.on('error', onError);
    socket.connect(address as net.SocketConnectOpts, () => {
      if (reachedItself(socket)) return failed('nobody listens there');
      socket.off('error', onError);
      this.#win(socket);
    });
  }

  #onFailure(socket: net.Socket, failure: Failure): void {
    if (!this.#running.delete(socket)) return;
    socket.destroy();
    this.#failures.push(failure);
    this.#stagger.stop();
    if (this.#left.length > 0) this.#tryNext();
    else if (this.#running.size === 0) this.#lose('unreachable', summary(this.#failures), this.#failures[0]?.cause);
  }

  #win(socket: net.Socket): void {
    this.#running.delete(socket);
    this.#finish();
    this.resolve(socket);
  }

  #lose(code: Reason, why: string, cause?: unknown): void {
    if (this.#over) return;
    this.#finish();
    this.reject(cannotConnect(code, this.target, why, cause));
  }

  #onLimit(): void {
    const others = this.#failures.length > 0 ? `; ${listed(this.#failures)}` : '';
    this.#lose('timeout', `no answer within ${this.#limitMs} ms${others}`);
  }

  readonly #onAbort = (): void => {
    if (this.#over) return;
    this.#finish();
    this.reject(givenUp(this.target, this.options.signal as AbortSignal));
  };

  #finish(): void {
    this.#over = true;
    this.#limit.stop();
    this.#stagger.stop();
    this.options.signal?.removeEventListener('abort', this.#onAbort);
    for (const socket of this.#running) socket.destroy();
    this.#running.clear();
  }
}

/** Asks the system's resolver, in the order that it has. Loaded when it is needed: most commands dial an IP address. */
async function lookedUp(host: string): Promise<string[]> {
  const { promises } = await import('node:dns');
  const found = await promises.lookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** Failures in one sentence: what all have in common is said once, without an address. */
function summary(failures: readonly Failure[]): string {
  const reasons = new Set(failures.map(({ why }) => why));
  return reasons.size === 1 ? [...reasons].join() : listed(failures);
}

function listed(failures: readonly Failure[]): string {
  return failures.map(({ host, why }) => `${host}: ${why}`).join('; ');
}

function hostOf(address: Address): string {
  return address.host ?? formatAddress(address);
}

/** The error of an attempt that `signal` has ended. */
export function givenUp(address: Address, { reason }: AbortSignal): WirelineError {
  return cannotConnect(asWirelineError(reason, 'interrupted').code, address, 'given up', reason);
}

function cannotConnect(code: Reason, address: Address, why: string, cause?: unknown): WirelineError {
  return new WirelineError(code, `cannot connect to ${formatAddress(address)}: ${why}`, { cause });
}
