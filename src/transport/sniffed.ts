import type { Clock, Dialect, Handler, Service } from '../core/index.js';
import { systemClock } from './clock.js';

/** How {@link sniffed} decides. */
export interface SniffOptions {
  /** Milliseconds of silence after which a client is taken for one that waits to be greeted (default 200). */
  readonly silenceMs?: number;
  readonly clock?: Clock;
}

/**
 * Several dialects on one port: the first bytes decide which of `dialects` a client speaks. One that speaks none
 * of them, or says nothing that decides it for `silenceMs`, is served by `otherwise`. No byte is lost.
 */
export function sniffed(dialects: readonly Dialect[], otherwise: Service, options: SniffOptions = {}): Service {
  const { silenceMs = 200, clock = systemClock } = options;
  return (peer) => {
    let inner: Handler | undefined;
    let first: Uint8Array = new Uint8Array(0);
    const begin = (service: Service): Handler => {
      silence.stop();
      const begun = service(peer);
      inner = begun;
      if (first.length > 0) begun.data(first);
      return begun;
    };
    const silence = clock.after(silenceMs, () => {
      if (!inner && peer.state !== 'closed') begin(otherwise);
    });
    return {
      data(bytes) {
        if (inner) return inner.data(bytes);
        first = joined(first, bytes);
        const service = chosen(dialects, first, otherwise);
        if (service) begin(service);
      },
      drain: () => inner?.drain?.(),
      end() {
        const handler = inner ?? begin(otherwise);
        if (handler.end) handler.end();
        else peer.end();
      },
      close(why) {
        silence.stop();
        inner?.close?.(why);
      },
    };
  };
}

/** The service for what begins with `first`; undefined where it takes more bytes to tell. */
function chosen(dialects: readonly Dialect[], first: Uint8Array, otherwise: Service): Service | undefined {
  let open = false;
  for (const { matches, service } of dialects) {
    const match = matches(first);
    if (match) return service;
    open ||= match === undefined;
  }
  return open ? undefined : otherwise;
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
