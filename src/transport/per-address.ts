import { layered, type Service } from '../core/index.js';

/**
 * Serves at most `max` connections of one address at a time: more are told so and closed as `too-many`. Stops one
 * host from taking all places. Unix sockets have no address, and are not counted.
 */
export function perAddress(max: number, service: Service): Service {
  const served = new Map<string, number>();
  return (peer) => {
    if (peer.remote.startsWith('unix:')) return service(peer);
    const host = peer.remote.replace(/:\d+$/, '');
    const before = served.get(host) ?? 0;
    if (before >= max) {
      peer.write(Buffer.from('error: too many connections from your address\n'));
      peer.close('too-many');
      return { data() {} };
    }
    const handler = service(peer);
    served.set(host, before + 1);
    return layered(handler, {
      close(why) {
        const left = (served.get(host) ?? 1) - 1;
        if (left === 0) served.delete(host);
        else served.set(host, left);
        handler.close?.(why);
      },
    });
  };
}
