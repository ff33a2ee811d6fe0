import { channel } from 'node:diagnostics_channel';
import { begin } from '../core/begin.js';
import { type Closed, type Connection, type Service, wrapHandler } from '../core/index.js';

/** An event of a connection, for programs and people that look for a fault. Addresses are as in a log line. */
export type ConnectionEvent =
  /** A client tries an address. A name may have several. */
  | { readonly type: 'trying'; readonly remote: string }
  | { readonly type: 'failed'; readonly remote: string; readonly why: string }
  | { readonly type: 'connected'; readonly remote: string }
  /** The first bytes of a client have shown its dialect; `fallback` where they match none. */
  | { readonly type: 'detected'; readonly remote: string; readonly dialect: string }
  /** A connection is not served. */
  | { readonly type: 'refused'; readonly remote: string; readonly why: Closed }
  /** A server has accepted a connection and serves it. */
  | { readonly type: 'opened'; readonly remote: string; readonly peer: Connection }
  /** The peer will send nothing more. */
  | { readonly type: 'ended'; readonly remote: string; readonly received: number }
  | {
      readonly type: 'closed';
      readonly remote: string;
      readonly peer: Connection;
      readonly why: Closed;
      readonly received: number;
      readonly sent: number;
    };

/** The channel of `node:diagnostics_channel` on which {@link ConnectionEvent}s are published while somebody subscribes. */
export const connectionEvents = channel('wireline:connection');

/** Publishes an event, which is made only where somebody subscribes. */
export function publish(make: () => ConnectionEvent): void {
  if (connectionEvents.hasSubscribers) connectionEvents.publish(make());
}

/** The same service; that a peer has ended its side is published. Costs nothing where nobody subscribes at the start. */
export function published(service: Service): Service {
  if (!connectionEvents.hasSubscribers) return service;
  return (peer: Connection) => {
    const handler = begin(service, peer);
    let received = 0;
    return wrapHandler(handler, {
      data(bytes) {
        received += bytes.length;
        return handler.data(bytes);
      },
      end() {
        publish(() => ({ type: 'ended', remote: peer.remote, received }));
        if (handler.end) handler.end();
        else peer.end();
      },
    });
  };
}
