import { attempt, isDeliberate } from '../core/attempt.js';
import { begin, refusePromise } from '../core/begin.js';
import {
  type Budget,
  type Clock,
  type Closed,
  type Codec,
  type Connection,
  type Handler,
  refusalLine,
  type Service,
  type Share,
  systemClock,
  type Timer,
  WirelineError,
  wrapConnection,
} from '../core/index.js';
import { Intake } from './intake.js';

/** Nobody says when the last of a backlog has been taken, so that so many bytes of it are not counted. */
const uncounted = 32 * 1024;

/** Options of {@link framed}. */
export interface FramedOptions {
  /** Tells a peer whose bytes are no messages so: `true` in a line `error: ...`, a function in the bytes that it gives. */
  readonly explain?: boolean | ((error: WirelineError) => Uint8Array);
  /**
   * Passes messages on as views of the memory that was read into, which is filled anew once `data` returns (default:
   * false, each message stays as it is). For a service that needs no message after that, and is worth the speed.
   */
  readonly views?: boolean;
  /** Memory that connections share: what is held of messages that are not delivered, and of a backlog, counts. */
  readonly budget?: Budget;
  /** Measures the pauses that end a message of {@link text} (default: the system's clock). A test passes one that it moves by hand. */
  readonly clock?: Clock;
}

/**
 * Makes a service of bytes out of a service of messages: bytes are decoded before it, messages are encoded
 * behind it. A message belongs to the service and stays as it is, unless `views` are asked for. Bytes that are not a
 * message end the connection with the decoder's reason, once all messages before them have been delivered. A connection
 * is given no more than its {@link turnShare} of messages at a time, the rest on later turns, and no message at all
 * between the service's `pause` and its `resume`.
 */
export function framed<In, Out = In>(
  codec: Codec<In, Out>,
  service: Service<In, Out>,
  options: FramedOptions = {},
): Service {
  return (peer) => new FramedHandler(codec, peer, service, options);
}

class FramedHandler<In, Out> implements Handler {
  readonly #intake: Intake<In>;
  readonly #inner: Handler<In>;
  readonly #clock: Clock;
  readonly stopping?: () => void;
  #pause: Timer | undefined;
  readonly #share: Share | undefined;
  #received = 0;
  /** The service is being given a message: what it writes now is part of its turn. */
  #delivering = false;

  constructor(
    readonly codec: Codec<In, Out>,
    readonly peer: Connection,
    service: Service<In, Out>,
    readonly options: FramedOptions,
  ) {
    this.#clock = options.clock ?? systemClock;
    this.#share = options.budget?.share(peer, {
      moved: () => 2 * this.#received - peer.backlog,
      onRoom: () => this.#count(),
    });
    this.#intake = new Intake(codec, peer, {
      message: (message) => this.#onMessage(message),
      end: () => this.#onEnd(),
      fail: (error) => this.#fail(error),
      caughtUp: () => {
        this.#awaitPause();
        this.#count();
      },
    });
    this.#inner = begin(service, this.#messages());
    if (this.#inner.stopping) this.stopping = () => this.#intake.finish(() => this.#inner.stopping?.());
  }

  data(chunk: Uint8Array): void {
    this.#received += chunk.length;
    this.#decode(() => this.#intake.push(chunk));
    this.#awaitPause();
    this.#count();
  }

  drain(): void {
    this.#count();
    return this.#inner.drain?.();
  }

  end(): void {
    this.#pause?.stop();
    this.#decode(() => this.#intake.end());
  }

  close(why: Closed): void {
    this.#pause?.stop();
    this.#intake.stop();
    this.#share?.leave();
    return this.#inner.close?.(why);
  }

  /** Counts what this connection holds, and reads no more while all together hold too much. */
  #count(): void {
    const share = this.#share;
    if (!share) return;
    const { backlog } = this.peer;
    share.set(this.#intake.size + (backlog > uncounted ? backlog : 0));
    this.#intake.block(!share.fits());
  }

  #onMessage(message: In): void {
    this.#delivering = true;
    try {
      const { views = false } = this.options;
      const returned: unknown = this.#inner.data(views ? message : this.codec.retain(message));
      if (typeof returned === 'object') refusePromise(returned, this.peer);
    } finally {
      this.#delivering = false;
    }
  }

  #onEnd(): void {
    // A stream that ended in mid-message did not end as far as the service is concerned: it is told of the close.
    if (this.peer.state === 'closed') return;
    attempt(
      () => (this.#inner.end ? this.#inner.end() : this.peer.end()),
      (error) => this.#fail(error),
    );
  }

  #decode(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Tells the peer what is wrong with its messages. A mistake of this process is none of its business. */
  #fail(error: unknown): void {
    if (!isDeliberate(error)) return this.peer.fail(error);
    const { explain } = this.options;
    if (explain) this.peer.write(explain === true ? inALine(error) : explain(error));
    this.peer.close(error.code, error);
  }

  /** The writer may be serving another peer: a message that this framing cannot carry costs this connection, not that. */
  #write(message: Out): boolean {
    try {
      const bytes = this.codec.encode(message);
      if (this.#delivering) this.#intake.turn.spend(0, bytes.length);
      return this.peer.write(bytes);
    } catch (error) {
      this.#fail(error instanceof WirelineError ? cannotSend(error) : error);
      return false;
    }
  }

  /** A pause that the service made is none of the sender's. */
  #awaitPause(): void {
    this.#pause?.stop();
    this.#pause = undefined;
    const ms = this.#intake.pauseMs;
    if (ms !== undefined && this.peer.state !== 'closed') this.#pause = this.#clock.after(ms, () => this.#onPause());
  }

  /** The time is over; but bytes that came meanwhile, while this process was busy, are read before it counts. */
  #onPause(): void {
    const waiting = this.#pause;
    setImmediate(() => {
      if (this.#pause !== waiting || this.peer.state === 'closed') return;
      this.#decode(() => this.#intake.silence());
    });
  }

  /** The peer as the message service sees it: a view of the connection, with messages for bytes. */
  #messages(): Connection<Out> {
    const intake = this.#intake;
    const messages = wrapConnection<Out>(this.peer, {
      write: (message) => this.#write(message),
      pause: () => {
        intake.pause();
        this.#pause?.stop();
        this.#pause = undefined;
      },
      resume: () => {
        intake.resume();
        this.#awaitPause();
      },
    });
    return Object.defineProperty(messages, 'paused', { get: () => intake.paused });
  }
}

function inALine({ message }: WirelineError): Uint8Array {
  return new TextEncoder().encode(refusalLine(message));
}

function cannotSend(cause: WirelineError): WirelineError {
  return new WirelineError(cause.code, `a message cannot be sent: ${cause.message}`, { cause });
}
