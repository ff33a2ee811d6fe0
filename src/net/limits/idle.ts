import { begin } from '../../core/begin.js';
import { type Clock, type Service, systemClock, wrapHandler } from '../../core/index.js';

/**
 * Closes a connection as `idle` when nothing has been received from it for `ms` milliseconds. Stops peers that
 * hold a place and say nothing. A peer that is not read from, or has still to take what it was sent, is not idle.
 */
export function idle(ms: number, service: Service, clock: Clock = systemClock): Service {
  return (peer) => {
    const handler = begin(service, peer);
    const timer = clock.after(ms, () => {
      if (peer.paused || peer.backlog > 0) timer.again();
      else peer.close('idle');
    });
    return wrapHandler(handler, {
      data(bytes) {
        timer.again();
        return handler.data(bytes);
      },
      close(why) {
        timer.stop();
        return handler.close?.(why);
      },
    });
  };
}
