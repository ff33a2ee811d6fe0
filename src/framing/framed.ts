import {
  asWirelineError,
  type Clock,
  type Closed,
  type Codec,
  type Connection,
  type Decoder,
  type Handler,
  type Service,
  systemClock,
  type Timer,
  viewed,
  WirelineError,
} from '../core/index.js';

/** Bytes that come in one packet. Of a longer message one may have been lost, and then it is no pause of the sender's. */
const onePacket = 1024;
/** Milliseconds in which a lost packet has been sent again, and once more (RFC 6298; Linux begins with 200). */
const resendMs = 1000;

/** How {@link framed} treats a peer. */
export interface FramedOptions {
  /** Tells a peer whose bytes are no messages so: `true` in a line `error: ...`, a function in the bytes that it gives. */
  readonly explain?: boolean | ((error: WirelineError) => Uint8Array);
  /** Measures the pauses that end a message of {@link text} (default: the system's clock). A test passes one that it moves by hand. */
  readonly clock?: Clock;
}

/**
 * Makes a service of bytes out of a service of messages: bytes are decoded before it, messages are encoded
 * behind it. What is no message ends the connection with the decoder's reason, after all that came before it
 * was delivered.
 */
export function framed<In, Out = In>(
  codec: Codec<In, Out>,
  service: Service<In, Out>,
  options: FramedOptions = {},
): Service {
  return (peer) => new FramedHandler(codec, peer, service, options);
}

class FramedHandler<In, Out> implements Handler {
  readonly #decoder: Decoder;
  readonly #inner: Handler<In>;
  readonly #clock: Clock;
  #pause: Timer | undefined;
  #paused = false;

  constructor(
    readonly codec: Codec<In, Out>,
    readonly peer: Connection,
    service: Service<In, Out>,
    readonly options: FramedOptions,
  ) {
    this.#clock = options.clock ?? systemClock;
    this.#inner = service(this.#messages());
    this.#decoder = codec.decoder((message) => {
      // Several messages may come in one chunk, and the first may end the connection.
      if (peer.state !== 'closed') this.#inner.data(message);
    });
  }

  data(chunk: Uint8Array): void {
    this.#decode(() => this.#decoder.push(chunk));
    this.#awaitPause();
  }

  drain(): void {
    this.#inner.drain?.();
  }

  end(): void {
    this.#pause?.stop();
    this.#decode(() => this.#decoder.end());
    // A stream that ended in mid-message did not end as far as the service is concerned: it is told of the close.
    if (this.peer.state === 'closed') return;
    if (this.#inner.end) this.#inner.end();
    else this.peer.end();
  }

  close(why: Closed): void {
    this.#pause?.stop();
    this.#inner.close?.(why);
  }

  #decode(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What is wrong with a message is told to the peer; what went wrong in this process is none of its business. */
  #fail(error: unknown): void {
    const known = asWirelineError(error);
    const { explain } = this.options;
    if (error === known && explain) this.peer.write(explain === true ? inALine(known) : explain(known));
    this.peer.close(known.code, known);
  }

  /** Who writes may be serving another peer: a message that this framing cannot carry costs this connection, not that. */
  #write(message: Out): boolean {
    try {
      return this.peer.write(this.codec.encode(message));
    } catch (error) {
      this.#fail(error instanceof WirelineError ? cannotSend(error) : error);
      return false;
    }
  }

  /** A pause that the service made is none of the sender's. */
  #awaitPause(): void {
    const ms = this.codec.pauseMs;
    if (ms === undefined) return;
    this.#pause?.stop();
    this.#pause = undefined;
    const { held } = this.#decoder;
    if (held === 0 || this.#paused) return;
    this.#pause = this.#clock.after(held > onePacket ? Math.max(ms, resendMs) : ms, () => this.#onPause());
  }

  /** The time is over; but bytes that came meanwhile, while this process was busy, are read before it counts. */
  #onPause(): void {
    const waiting = this.#pause;
    setImmediate(() => {
      if (this.#pause !== waiting || this.peer.state === 'closed') return;
      this.#decode(() => this.#decoder.pause?.());
    });
  }

  /** The peer as the message service sees it: a view of the connection, with messages for bytes. */
  #messages(): Connection<Out> {
    const { peer } = this;
    return viewed<Out>(peer, {
      write: (message) => this.#write(message),
      pause: () => {
        this.#paused = true;
        peer.pause();
        this.#pause?.stop();
        this.#pause = undefined;
      },
      resume: () => {
        this.#paused = false;
        peer.resume();
        this.#awaitPause();
      },
    });
  }
}

function inALine({ message }: WirelineError): Uint8Array {
  return new TextEncoder().encode(`error: ${message}\n`);
}

function cannotSend(cause: WirelineError): WirelineError {
  return new WirelineError(cause.code, `a message cannot be sent: ${cause.message}`, { cause });
}
