import type { Service } from '../core/index.js';

/** A service that first sends each client `greeting`, for clients that wait for one. Without a greeting it is `service` itself. */
export function greeted(greeting: Uint8Array | undefined, service: Service): Service {
  if (!greeting) return service;
  return (peer) => {
    // The bytes of a write belong to its connection.
    peer.write(new Uint8Array(greeting));
    return service(peer);
  };
}
