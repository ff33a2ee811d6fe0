import { begin } from '../../core/begin.js';
import { hostOf } from '../../core/host.js';
import { type Service, wrapHandler } from '../../core/index.js';

/** Counts connections by the address of the peer. Unix sockets have no address, and are not counted. */
export class Addresses {
  readonly #counts = new Map<string, number>();

  constructor(
    /** Connections that one address may have at a time. */
    readonly max: number,
  ) {}

  /** Whether there is room for one more connection of the address of `remote`. */
  hasRoom(remote: string): boolean {
    const host = hostOf(remote);
    return host === undefined || (this.#counts.get(host) ?? 0) < this.max;
  }

  /** Counts a connection, until it is removed. */
  add(remote: string): void {
    const host = hostOf(remote);
    if (host !== undefined) this.#counts.set(host, (this.#counts.get(host) ?? 0) + 1);
  }

  /** Counts a connection no longer. */
  remove(remote: string): void {
    const host = hostOf(remote);
    if (host === undefined) return;
    const left = (this.#counts.get(host) ?? 1) - 1;
    if (left === 0) this.#counts.delete(host);
    else this.#counts.set(host, left);
  }
}

/** The line that a peer is sent whose address has all the places that it may have. */
export const tooManyOfAddress = 'error: too many connections from your address\n';

/**
 * Serves at most `max` connections of one address at a time. A peer over the limit is told so and closed as
 * `too-many`. It keeps one host from taking all places. Unix sockets have no address, and are not limited. For a
 * service that does not stand behind `serve`, which has the limit as an option.
 */
export function perAddress(max: number, service: Service): Service {
  const addresses = new Addresses(max);
  return (peer) => {
    if (!addresses.hasRoom(peer.remote)) {
      peer.write(new TextEncoder().encode(tooManyOfAddress));
      peer.close('too-many');
      return { data() {} };
    }
    const handler = begin(service, peer);
    addresses.add(peer.remote);
    return wrapHandler(handler, {
      close(why) {
        addresses.remove(peer.remote);
        return handler.close?.(why);
      },
    });
  };
}
