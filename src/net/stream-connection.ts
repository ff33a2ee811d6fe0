import type { Duplex } from 'node:stream';
import { writeOther } from '../core/bytes.js';
import { HandlerRunner } from '../core/handler-runner.js';
import {
  asWirelineError,
  type Closed,
  type Connection,
  type ConnectionState,
  formatPeer,
  isReason,
  type OnError,
  type PeerAddress,
  type Reason,
  reasons,
  retain,
  type Sendable,
  type Service,
  WirelineError,
} from '../core/index.js';
import { notAReason } from '../core/reason.js';
import { CloseTimer } from './close-timer.js';
import { nextId } from './connection-ids.js';
import { reasonOf } from './system-errors.js';
import { highWater, lowWater } from './water-marks.js';

/** Options of {@link StreamConnection}. */
export interface StreamConnectionOptions {
  /** Where the peer is (default: the name `stream`). */
  readonly address?: PeerAddress;
  /** True if the stream is encrypted and its peer cannot be another (default false). */
  readonly secure?: boolean;
  /** Milliseconds that a closing connection waits, once all was taken, for the peer to end too (default 1,000). */
  readonly lingerMs?: number;
  /** Receives the mistakes of the service (default: prints them on stderr). */
  readonly onError?: OnError;
}

/**
 * Runs `service` on a Node `Duplex`: a TLS socket, a WebSocket stream, a channel of SSH. Returns the connection, which keeps
 * the contract of {@link Connection}. The stream needs `allowHalfOpen`, or an end of the peer ends our side too. A reason
 * that ends in a reset destroys the stream with an error, which a stream of `asDuplex` turns into a reset.
 */
export function serveStream(stream: Duplex, service: Service, options: StreamConnectionOptions = {}): StreamConnection {
  const connection = new StreamConnection(stream, options);
  connection.start(service);
  return connection;
}

/** A `Duplex` as a {@link Connection}. See {@link serveStream}. */
export class StreamConnection implements Connection {
  readonly id = nextId();
  readonly address: PeerAddress;
  readonly remote: string;
  readonly secure: boolean;
  state: ConnectionState = 'open';
  paused = false;
  readonly #handler: HandlerRunner;
  readonly #timer: CloseTimer;
  #why: Closed | undefined;
  #backlog = 0;
  #corked = false;
  #wantsDrain = false;

  constructor(
    readonly stream: Duplex,
    { address = { name: 'stream' }, secure = false, lingerMs, onError }: StreamConnectionOptions = {},
  ) {
    this.address = address;
    this.remote = formatPeer(address);
    this.secure = secure;
    this.#timer = new CloseTimer(() => this.#destroy(), lingerMs);
    this.#handler = new HandlerRunner(this, onError);
  }

  /** Lets the service begin. */
  start(service: Service): void {
    const { stream } = this;
    stream.on('end', () => this.#onEnd());
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#why ??= { reason: error instanceof WirelineError ? asWirelineError(error).code : reasonOf(error), error };
    });
    stream.on('finish', () => this.#destroyWhenOver());
    stream.on('close', () => this.#onClose());
    this.#handler.start(service);
    stream.on('data', (bytes: Uint8Array) => this.#onData(bytes));
    if (this.paused) stream.pause();
  }

  get backlog(): number {
    return this.#backlog;
  }

  write(message: Sendable): boolean {
    if (this.state !== 'open') return false;
    if (!(message instanceof Uint8Array)) return writeOther(this, message);
    this.#cork();
    // A stream may hold what it is given for as long as it likes.
    const bytes = retain(message);
    this.#backlog += bytes.length;
    this.stream.write(bytes, () => this.#onTaken(bytes.length));
    if (this.#backlog < highWater) return true;
    this.#wantsDrain = true;
    return false;
  }

  flush(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.stream.uncork();
  }

  pause(): void {
    if (this.state === 'closed') return;
    this.paused = true;
    this.stream.pause();
  }

  resume(): void {
    if (this.state === 'closed') return;
    this.paused = false;
    this.stream.resume();
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'ended';
    this.flush();
    this.stream.end();
  }

  close(reason: Reason = 'ended', error?: Error): void {
    if (this.state === 'closed') return;
    if (!isReason(reason)) return this.fail(new TypeError(notAReason(reason), { cause: error }));
    this.state = 'closed';
    this.#why ??= error ? { reason, error } : { reason };
    this.flush();
    const { ending } = reasons[reason];
    if (ending === 'cut') return this.#destroy();
    if (ending === 'fin' && !this.stream.writableEnded) this.stream.end();
    this.#wait();
    // Read on, so that unread bytes do not keep the peer's end from us.
    this.paused = false;
    this.stream.resume();
  }

  fail(error: unknown): void {
    this.#handler.fail(error);
  }

  /** Sends in one piece what was written in one tick. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.stream.cork();
    process.nextTick(() => this.flush());
  }

  #onData(bytes: Uint8Array): void {
    if (this.state !== 'closed') this.#handler.data(bytes);
  }

  #onTaken(bytes: number): void {
    this.#backlog -= bytes;
    if (this.state === 'closed') return this.#wait();
    if (!this.#wantsDrain || this.#backlog > lowWater) return;
    this.#wantsDrain = false;
    this.#handler.drain();
  }

  #onEnd(): void {
    if (this.state !== 'closed') this.#handler.end();
    else if (this.#backlog === 0) this.#destroy();
    this.#destroyWhenOver();
  }

  /** Both sides have ended, and everything was read: not every stream then destroys itself. */
  #destroyWhenOver(): void {
    if (this.stream.readableEnded && this.stream.writableFinished) this.stream.destroy();
  }

  #onClose(): void {
    this.#timer.stop();
    // A stream that ends without its `end` was cut.
    const whole = this.stream.readableEnded || this.state === 'closed';
    this.state = 'closed';
    this.#backlog = 0;
    this.#handler.close(this.#why ?? { reason: whole ? 'ended' : 'reset' });
  }

  /** Waits for the peer of a closing connection to take the rest, and then for its end. */
  #wait(): void {
    if (!this.stream.destroyed) this.#timer.begin(this.#backlog, this.#endsInReset ? 'reset' : 'fin');
  }

  get #endsInReset(): boolean {
    return this.#why !== undefined && reasons[this.#why.reason].ending !== 'fin';
  }

  #destroy(): void {
    const { reason, error } = this.#why ?? { reason: 'ended' as const };
    if (this.#backlog === 0 && !this.#endsInReset) this.stream.destroy();
    else this.stream.destroy(error ?? new WirelineError(reason, `the connection was closed: ${reason}`));
  }
}
