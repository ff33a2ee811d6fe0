import { attempt } from '../core/attempt.js';
import { begin, refusePromise } from '../core/begin.js';
import {
  type Clock,
  type Closed,
  type Connection,
  concat,
  type Handler,
  type Service,
  type Sync,
  systemClock,
  type Timer,
} from '../core/index.js';
import type { Dialect } from './dialect.js';
import { publish } from './events.js';

/** Options of {@link detect}. */
export interface DetectOptions {
  /** Milliseconds of silence after which a client is taken for one that waits to be greeted (default 200). */
  readonly silenceMs?: number;
  readonly clock?: Clock;
}

/**
 * Serves several dialects on one port: the first bytes decide which of `dialects` a client speaks. A client that speaks none
 * of them, or sends nothing that decides it for `silenceMs`, is served by `fallback`. No byte is lost. The name of the
 * dialect is published on the channel of {@link ConnectionEvent}s.
 *
 * The silence may be that of a busy machine or of a bad line. So a client that `fallback` has greeted, and whose first bytes
 * then match a dialect, is handed to that dialect; the handler of the fallback is closed.
 */
export function detect(dialects: readonly Dialect[], fallback: Service, options: DetectOptions = {}): Service {
  const { silenceMs = 200, clock = systemClock } = options;
  return (peer) => new Detection(peer, dialects, fallback, clock, silenceMs);
}

class Detection implements Handler {
  #inner: Handler | undefined;
  /** The first bytes, until they name a dialect. */
  #first: Uint8Array = new Uint8Array(0);
  #greeted = false;
  readonly #silence: Timer;

  constructor(
    readonly peer: Connection,
    readonly dialects: readonly Dialect[],
    readonly fallback: Service,
    clock: Clock,
    silenceMs: number,
  ) {
    this.#silence = clock.after(silenceMs, () => this.#onSilence());
  }

  data(bytes: Uint8Array): Sync {
    if (this.#inner && !this.#greeted) return this.#inner.data(bytes);
    if (this.#greeted) return this.#onAnswer(bytes);
    this.#first = concat([this.#first, bytes]);
    const dialect = chosen(this.dialects, this.#first, this.fallback);
    if (dialect) this.#begin(dialect, this.#first);
  }

  drain(): void {
    return this.#inner?.drain?.();
  }

  stopping(): void {
    if (this.#inner?.stopping) this.#inner.stopping();
    else this.peer.close('shutdown');
  }

  end(): void {
    const handler = this.#inner ?? this.#begin({ service: this.fallback }, this.#first);
    if (handler.end) return handler.end();
    this.peer.end();
  }

  close(why: Closed): void {
    this.#silence.stop();
    return this.#inner?.close?.(why);
  }

  #begin({ name = 'fallback', service }: Chosen, bytes: Uint8Array): Handler {
    this.#silence.stop();
    publish(() => ({ type: 'detected', remote: this.peer.remote, dialect: name }));
    const inner = begin(service, this.peer);
    this.#inner = inner;
    if (bytes.length > 0 && this.peer.state !== 'closed') refusePromise(inner.data(bytes), this.peer);
    return inner;
  }

  #onSilence(): void {
    // Bytes that came while this process was busy are read before the silence counts.
    setImmediate(() => {
      if (this.#inner || this.peer.state === 'closed') return;
      this.#greeted = this.#first.length === 0;
      attempt(
        () => void this.#begin({ service: this.fallback }, this.#first),
        (error) => this.peer.fail(error),
      );
    });
  }

  /** The first bytes of a client that was greeted. */
  #onAnswer(bytes: Uint8Array): Sync {
    this.#greeted = false;
    const dialect = this.dialects.find((each) =>
      each.afterGreeting ? each.afterGreeting(bytes) : each.matches(bytes),
    );
    if (!dialect) return this.#inner?.data(bytes);
    this.#inner?.close?.({ reason: 'ended' });
    this.#begin(dialect, bytes);
  }
}

/** A dialect, or the fallback, which has no name. */
interface Chosen {
  readonly name?: string;
  readonly service: Service;
}

/** Returns the dialect of what begins with `first`; undefined where it takes more bytes to tell. */
function chosen(dialects: readonly Dialect[], first: Uint8Array, fallback: Service): Chosen | undefined {
  let open = false;
  for (const dialect of dialects) {
    const match = dialect.matches(first);
    if (match) return dialect;
    open ||= match === undefined;
  }
  return open ? undefined : { service: fallback };
}
