import { Duplex } from 'node:stream';
import { type Closed, type Connection, type Handler, isReason, WirelineError } from '../core/index.js';

/** A connection as a Node `Duplex`, and the handler that feeds it. */
export interface DuplexBridge {
  /** Reads what the peer sends and writes to it. Destroying it with an error resets the connection. */
  readonly duplex: Duplex;
  /** The handler that the service must return for the connection. */
  readonly handler: Handler;
}

/**
 * Makes a {@link Connection} a Node `Duplex`, for libraries that take one: `new TLSSocket(duplex)`,
 * `http.Server#emit('connection', duplex)`, `ws`, `ssh2`. Back-pressure and half-closes pass in both directions; a
 * connection that is reset destroys the duplex with a `WirelineError` whose code is the reason.
 */
export function asDuplex(peer: Connection): DuplexBridge {
  const bridge = new Bridge(peer);
  return { duplex: bridge.duplex, handler: bridge };
}

class Bridge implements Handler {
  readonly duplex: Duplex;
  #written: (() => void) | undefined;
  #ended = false;

  constructor(readonly peer: Connection) {
    this.duplex = new Duplex({
      allowHalfOpen: true,
      // The library on it may hold bytes that were not read yet, and loses them where the duplex is destroyed: it destroys it itself.
      autoDestroy: false,
      read: () => peer.resume(),
      write: (bytes: Buffer, _encoding, done) => this.#write(bytes, done),
      final(done) {
        peer.end();
        done();
      },
      destroy: (error, done) => {
        this.drain();
        if (error instanceof WirelineError && isReason(error.code)) peer.close(error.code, error);
        else peer.close(error ? 'failed' : 'ended', error ?? undefined);
        done(error);
      },
    });
    // Not every library listens before the connection may fail; the error is also in `close`.
    this.duplex.on('error', () => {});
  }

  data(bytes: Uint8Array): void {
    // The bytes are valid until this returns.
    if (!this.duplex.push(Buffer.from(bytes))) this.peer.pause();
  }

  drain(): void {
    const done = this.#written;
    this.#written = undefined;
    done?.();
  }

  end(): void {
    this.#ended = true;
    this.duplex.push(null);
  }

  close({ reason, error }: Closed): void {
    const { duplex } = this;
    if (reason !== 'ended' && reason !== 'shutdown') {
      duplex.destroy(error ?? new WirelineError(reason, `the connection was closed: ${reason}`));
    } else if (!this.#ended) duplex.destroy();
  }

  #write(bytes: Buffer, done: (error?: Error) => void): void {
    if (this.peer.state !== 'open') return done(new WirelineError('reset', 'the connection has ended'));
    if (this.peer.write(bytes)) done();
    else this.#written = done;
  }
}
