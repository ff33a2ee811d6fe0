import { begin } from '../../core/begin.js';
import { type PeerAddress, type Service, wrapHandler } from '../../core/index.js';
import { refusing, tooManyOfAddress } from '../refusals.js';

/** Counts connections by the address of the peer. Unix sockets have no address, and are not counted. */
export class Addresses {
  readonly #counts = new Map<string, number>();

  constructor(
    /** Connections that one address may have at a time. */
    readonly max: number,
  ) {}

  /** True if there is room for one more connection of the address of `peer`. */
  hasRoom({ host }: PeerAddress): boolean {
    return host === undefined || (this.#counts.get(host) ?? 0) < this.max;
  }

  /** Counts a connection, until it is removed. */
  add({ host }: PeerAddress): void {
    if (host !== undefined) this.#counts.set(host, (this.#counts.get(host) ?? 0) + 1);
  }

  /** Counts a connection no longer. */
  remove({ host }: PeerAddress): void {
    if (host === undefined) return;
    const left = (this.#counts.get(host) ?? 1) - 1;
    if (left === 0) this.#counts.delete(host);
    else this.#counts.set(host, left);
  }
}

/**
 * Serves at most `max` connections of one address at a time. A peer over the limit is told so and closed as
 * `too-many`. It keeps one host from taking all places. Unix sockets have no address, and are not limited. For a
 * service that does not stand behind `serve`, which has the limit as an option.
 */
export function perAddress(max: number, service: Service): Service {
  const addresses = new Addresses(max);
  return (peer) => {
    if (!addresses.hasRoom(peer.address)) {
      return refusing(tooManyOfAddress)(peer);
    }
    const handler = begin(service, peer);
    addresses.add(peer.address);
    return wrapHandler(handler, {
      close(why) {
        addresses.remove(peer.address);
        return handler.close?.(why);
      },
    });
  };
}
