import type { Closed, Connection } from '../../../core/index.js';
import { Refusal } from '../protocol/refusal.js';
import type { Member } from './member.js';
import type { RateLimiter } from './rate-limiter.js';
import type { ChatServer } from './server.js';

/**
 * The part that the connections of all dialects share: the rate limit, the order of requests, and how a client leaves. A dialect
 * reads requests, handles them and says in its own words why one is refused. A request that has to wait, such as one that
 * asks the directory, delays those after it.
 */
export abstract class Session<Request> {
  protected member: Member | undefined;
  protected leaving = false;
  protected readonly limiter: RateLimiter<Request>;
  /** Requests behind one that is still being handled. */
  #queue: Request[] = [];
  #busy = false;
  #throttled = false;
  #onIdle: (() => void)[] = [];

  constructor(
    readonly chat: ChatServer,
    /** The connection to write to: what many members receive is encoded once, and not by a codec of each. */
    readonly peer: Connection,
    readonly requests: Pick<Connection<never>, 'pause' | 'resume'>,
  ) {
    this.limiter = chat.rateLimiterFor(peer, {
      run: (request) => this.#run(request),
      refuse: (request) => this.refuse(new Refusal('rate', 'too many messages: this one is dropped'), request),
      onThrottle: (why) => {
        this.#throttled = true;
        this.#pauseOrResume();
        if (why) this.member?.send({ type: 'notice', message: why });
      },
      onResume: () => {
        this.#throttled = false;
        this.#pauseOrResume();
      },
    });
  }

  /** Handles a request. What it throws, or its promise rejects with, is refused. */
  protected abstract handle(request: Request): void | Promise<void>;
  /** Tells the client why a request is refused; closes the connection for anything but a {@link Refusal}. */
  protected abstract refuse(error: unknown, request: Request): void;

  drain(): void {
    this.member?.onDrain();
  }

  end(): void {
    this.#whenIdle(() => {
      if (this.member) this.member.whenSettled(() => this.peer.end());
      else this.peer.end();
    });
  }

  close(_why: Closed): void {
    this.limiter.stop();
    this.#queue = [];
    if (this.member) void this.chat.logout(this.member, this.holdsName && !this.leaving);
  }

  /** True if the name of a client that is lost is held for its return. */
  protected get holdsName(): boolean {
    return false;
  }

  /** The member has come in. Where its connection closed meanwhile, it leaves at once. */
  protected begin(member: Member): boolean {
    if (this.peer.state === 'closed') {
      void this.chat.logout(member, false);
      return false;
    }
    this.member = member;
    member.payer = this.limiter;
    return true;
  }

  /** Says goodbye once everything that the member sent is acknowledged. */
  protected leave(member: Member): void {
    this.leaving = true;
    member.whenSettled(() => {
      member.send({ type: 'bye', reason: 'ended', again: 'yes' });
      // It is gone at once, and not when its connection is: that takes until the client ends it too.
      void this.chat.logout(member, false);
      this.peer.close('ended');
    });
  }

  /** Runs `work` as a request is run: those that come meanwhile wait. */
  protected work(work: () => void | Promise<void>, request: Request): void {
    const pending = this.#attempt(work, request);
    if (!pending) return;
    this.#busy = true;
    pending
      .catch((error: unknown) => {
        if (this.peer.state !== 'closed') this.refuse(error, request);
      })
      .finally(() => this.#next());
  }

  #attempt(work: () => void | Promise<void>, request: Request): void | Promise<void> {
    try {
      return work();
    } catch (error) {
      this.refuse(error, request);
    }
  }

  #run(request: Request): void {
    if (this.leaving || this.peer.state === 'closed') return;
    if (!this.#busy) return this.work(() => this.handle(request), request);
    this.#queue.push(request);
    this.#pauseOrResume();
  }

  #next(): void {
    this.#busy = false;
    while (!this.#busy) {
      const request = this.#queue.shift();
      if (request === undefined) break;
      this.#run(request);
    }
    if (this.#busy) return;
    this.#pauseOrResume();
    for (const run of this.#onIdle.splice(0)) run();
  }

  #pauseOrResume(): void {
    if (this.#throttled || this.#queue.length > 0) this.requests.pause();
    else this.requests.resume();
  }

  #whenIdle(run: () => void): void {
    if (this.#busy) this.#onIdle.push(run);
    else run();
  }
}
