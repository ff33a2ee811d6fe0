import { writeOther } from '../core/bytes.js';
import { HandlerRunner } from '../core/handler-runner.js';
import {
  type Closed,
  type Connection,
  type ConnectionState,
  isReason,
  isReused,
  type OnError,
  type PeerAddress,
  type Reason,
  Reusable,
  reasons,
  type Sendable,
  type Service,
} from '../core/index.js';
import { notAReason } from '../core/reason.js';
import { highWater, lowWater } from './water-marks.js';

let pairs = 0;

/** Options of {@link memoryPair}. */
export interface MemoryPairOptions {
  /** Receives the mistakes of both services (default: prints them on stderr). */
  readonly onError?: OnError;
}

/**
 * Joins two services by a connection in memory: the specification of {@link Connection} in its shortest form,
 * for tests and for programs that talk to a service of their own process. Everything arrives in order and in
 * a later turn; a chunk's memory is overwritten once `data` returns, so that what holds a view without having
 * asked to {@link keep} it shows at once.
 */
export function memoryPair(
  left: Service,
  right: Service,
  { onError }: MemoryPairOptions = {},
): [Connection, Connection] {
  const id = ++pairs * 2;
  const a = new MemoryEnd(-id, 'memory:right', onError);
  const b = new MemoryEnd(-id - 1, 'memory:left', onError);
  a.join(b, left);
  b.join(a, right);
  return [a, b];
}

class MemoryEnd implements Connection {
  state: ConnectionState = 'open';
  readonly #handler: HandlerRunner;
  #other!: MemoryEnd;
  /** Chunks that the handler has not received yet; null is the other's end. */
  readonly #inbox: (Reusable | null)[] = [];
  paused = false;
  #scheduled = false;
  #wantsDrain = false;
  #otherEnded = false;
  backlog = 0;
  readonly secure = false;
  readonly address: PeerAddress;

  constructor(
    readonly id: number,
    readonly remote: string,
    onError?: OnError,
  ) {
    this.address = { name: remote };
    this.#handler = new HandlerRunner(this, onError);
  }

  join(other: MemoryEnd, service: Service): void {
    this.#other = other;
    this.#handler.start(service);
  }

  write(message: Sendable): boolean {
    if (this.state !== 'open') return false;
    if (!(message instanceof Uint8Array)) return writeOther(this, message);
    const bytes = message;
    this.backlog += bytes.length;
    const memory = new Reusable(bytes.length, (size) => new Uint8Array(size));
    memory.bytes.set(bytes);
    this.#other.#receive(memory);
    if (this.backlog < highWater) return true;
    this.#wantsDrain = true;
    return false;
  }

  /** Everything is on its way as soon as it is written. */
  flush(): void {}

  pause(): void {
    if (this.state === 'closed') return;
    this.paused = true;
  }

  resume(): void {
    if (this.state === 'closed') return;
    this.paused = false;
    this.#schedule();
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'ended';
    this.#other.#receive(null);
    if (this.#otherEnded) this.#finish({ reason: 'ended' });
  }

  close(reason: Reason = 'ended', error?: Error): void {
    if (this.state === 'closed') return;
    if (!isReason(reason)) return this.fail(new TypeError(notAReason(reason), { cause: error }));
    if (reasons[reason].ending === 'fin') {
      if (this.state === 'open') this.#other.#receive(null);
    } else queueMicrotask(() => this.#other.#finish({ reason: 'reset' }));
    this.#finish(error ? { reason, error } : { reason });
  }

  fail(error: unknown): void {
    this.#handler.fail(error);
  }

  #receive(item: Reusable | null): void {
    if (this.state === 'closed') {
      queueMicrotask(() => this.#other.#taken(item?.size ?? 0));
      return;
    }
    this.#inbox.push(item);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (!this.paused && this.state !== 'closed') {
      const item = this.#inbox.shift();
      if (item === undefined) return;
      if (item === null) this.#onEnd();
      else this.#give(item);
    }
  }

  #give({ bytes, size }: Reusable): void {
    this.#handler.data(bytes);
    if (isReused(bytes)) bytes.fill(0xdb);
    queueMicrotask(() => this.#other.#taken(size));
  }

  #taken(size: number): void {
    this.backlog -= size;
    if (!this.#wantsDrain || this.backlog > lowWater || this.state === 'closed') return;
    this.#wantsDrain = false;
    this.#handler.drain();
  }

  #onEnd(): void {
    this.#otherEnded = true;
    const ours = this.state;
    this.#handler.end();
    if (ours === 'ended') this.#finish({ reason: 'ended' });
  }

  #finish(why: Closed): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.paused = false;
    const dropped = this.#inbox.splice(0).reduce((sum, item) => sum + (item?.size ?? 0), 0);
    queueMicrotask(() => {
      this.#other.#taken(dropped);
      this.#handler.close(why);
    });
  }
}
