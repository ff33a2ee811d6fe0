import {
  asWirelineError,
  type Closed,
  type Connection,
  type ConnectionState,
  type Handler,
  type Reason,
  reasons,
  type Service,
} from '../core/index.js';

const highWater = 64 * 1024;
let pairs = 0;

/**
 * Joins two services by a connection in memory: the specification of {@link Connection} in its shortest form,
 * for tests and for programs that talk to a service of their own process. Everything arrives in order and in
 * a later turn; a chunk's memory is overwritten once `data` returns, so that what keeps a view shows at once.
 */
export function memoryPair(left: Service, right: Service): [Connection, Connection] {
  const id = ++pairs * 2;
  const a = new MemoryEnd(-id, 'memory:right');
  const b = new MemoryEnd(-id - 1, 'memory:left');
  a.join(b, left);
  b.join(a, right);
  return [a, b];
}

class MemoryEnd implements Connection {
  state: ConnectionState = 'open';
  #handler: Handler = { data() {} };
  #other!: MemoryEnd;
  /** What has come and was not yet given to the handler; null is the other's end. */
  readonly #inbox: (Uint8Array | null)[] = [];
  paused = false;
  #scheduled = false;
  #wantsDrain = false;
  #otherEnded = false;
  backlog = 0;

  constructor(
    readonly id: number,
    readonly remote: string,
  ) {}

  join(other: MemoryEnd, service: Service): void {
    this.#other = other;
    this.#guard(() => {
      this.#handler = service(this);
    });
  }

  write(bytes: Uint8Array): boolean {
    if (this.state !== 'open') return false;
    this.backlog += bytes.length;
    this.#other.#receive(new Uint8Array(bytes));
    if (this.backlog < highWater) return true;
    this.#wantsDrain = true;
    return false;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#schedule();
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'ended';
    this.#other.#receive(null);
    if (this.#otherEnded) this.#finish({ reason: 'ended' });
  }

  close(reason: Reason, error?: Error): void {
    if (this.state === 'closed') return;
    if (reasons[reason].ending === 'fin') {
      if (this.state === 'open') this.#other.#receive(null);
    } else queueMicrotask(() => this.#other.#finish({ reason: 'reset' }));
    this.#finish(error ? { reason, error } : { reason });
  }

  #receive(item: Uint8Array | null): void {
    if (this.state === 'closed') {
      queueMicrotask(() => this.#other.#taken(item?.length ?? 0));
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
      else {
        this.#guard(() => this.#handler.data(item));
        this.#other.#taken(item.length);
        item.fill(0xdb);
      }
    }
  }

  #taken(size: number): void {
    this.backlog -= size;
    if (!this.#wantsDrain || this.backlog > highWater / 2 || this.state === 'closed') return;
    this.#wantsDrain = false;
    this.#guard(() => this.#handler.drain?.());
  }

  #onEnd(): void {
    this.#otherEnded = true;
    const ours = this.state;
    if (this.#handler.end) this.#guard(() => this.#handler.end?.());
    else this.end();
    if (ours === 'ended') this.#finish({ reason: 'ended' });
  }

  #finish(why: Closed): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    queueMicrotask(() => {
      try {
        this.#handler.close?.(why);
      } catch {
        // It is over: there is nobody left to tell.
      }
    });
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      const known = asWirelineError(error);
      this.close(known.code, known);
    }
  }
}
