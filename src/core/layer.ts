import type { Handler } from './connection.js';

/**
 * A handler that does what `inner` does, but for the methods of `over`: what a layer between a connection and
 * a service is made of. A method that neither has stays away, so that its default holds.
 */
export function layered<M>(inner: Handler<M>, over: Partial<Handler<M>>): Handler<M> {
  const own: Handler<M> = { data: (message) => inner.data(message) };
  if (inner.drain) own.drain = () => inner.drain?.();
  if (inner.end) own.end = () => inner.end?.();
  if (inner.close) own.close = (why) => inner.close?.(why);
  return Object.assign(own, over);
}
