import { isPromise } from './attempt.js';
import type { Connection, Handler } from './connection.js';
import { checkNames } from './handler-names.js';

/**
 * Runs `service` for `peer` and returns its handler. Every layer that stands before a service calls it so. Throws a
 * `TypeError` where what the service returns is not a handler: a promise, an object without `data`, or one with a method
 * whose name is a misspelt one of {@link Handler}.
 */
export function begin<In, P extends Pick<Connection<never>, 'fail'>>(
  service: (peer: P) => Handler<In>,
  peer: P,
): Handler<In> {
  const handler: unknown = service(peer);
  if (isPromise(handler)) {
    handler.then(undefined, (error) => peer.fail(error));
    throw new TypeError('a service must return its handler at once, and this one returned a promise: is it async?');
  }
  if (typeof handler === 'object' && handler !== null) checkNames(handler);
  if (typeof (handler as Handler | undefined)?.data !== 'function') {
    throw new TypeError('a service must return a handler: an object with a method "data"');
  }
  return handler as Handler<In>;
}

/** Refuses a promise that `data` has returned; what it is rejected with costs the connection too. */
export function refusePromise(returned: unknown, peer: Pick<Connection<never>, 'fail'>): void {
  if (!isPromise(returned)) return;
  returned.then(undefined, (error) => peer.fail(error));
  peer.fail(
    new TypeError(
      'data must not return a promise: the message is valid only until data returns. ' +
        'Begin the work in it, answer with peer.write when the work is done, and let data return nothing',
    ),
  );
}
