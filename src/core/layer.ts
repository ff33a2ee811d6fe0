import type { Connection, Handler } from './connection.js';
import { checkNames } from './handler-names.js';

/**
 * A handler that does what `inner` does, but for the methods of `over`: what a layer between a connection and
 * a service is made of. A method that neither has stays away, so that its default holds.
 */
export function wrapHandler<M>(inner: Handler<M>, over: Partial<Handler<M>>): Handler<M> {
  checkNames(inner);
  const own: Handler<M> = { data: (message) => inner.data(message) };
  if (inner.drain) own.drain = () => inner.drain?.();
  if (inner.stopping) own.stopping = () => inner.stopping?.();
  if (inner.end) own.end = () => inner.end?.();
  if (inner.close) own.close = (why) => inner.close?.(why);
  return Object.assign(own, over);
}

/** The methods that a connection of {@link wrapConnection} has itself: `write` at least, as it may take other messages. */
export type View<M> = Pick<Connection<M>, 'write'> &
  Partial<Pick<Connection<M>, 'flush' | 'pause' | 'resume' | 'end' | 'close' | 'fail'>>;

/** A connection that does what `peer` does, but for the methods of `over`. Its state is the peer's at any time. */
export function wrapConnection<M>(peer: Connection<never>, over: View<M>): Connection<M> {
  return {
    id: peer.id,
    address: peer.address,
    remote: peer.remote,
    secure: peer.secure,
    get state() {
      return peer.state;
    },
    get backlog() {
      return peer.backlog;
    },
    get paused() {
      return peer.paused;
    },
    flush: () => peer.flush(),
    pause: () => peer.pause(),
    resume: () => peer.resume(),
    end: () => peer.end(),
    close: (reason, error) => peer.close(reason, error),
    fail: (error) => peer.fail(error),
    ...over,
  };
}
