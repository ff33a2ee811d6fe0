import { attempt, isDeliberate, type OnError, printError, report } from './attempt.js';
import { begin, refusePromise } from './begin.js';
import type { Closed, Connection, Handler, Service } from './connection.js';
import { asWirelineError } from './reason.js';

/**
 * Runs the handler of one connection, for a transport. What the service or the handler throws, and what a promise of
 * theirs is rejected with, closes the connection, is reported, and goes no further.
 */
export class HandlerRunner {
  #handler: Handler = { data() {} };
  readonly #fail = (error: unknown) => this.fail(error);

  constructor(
    readonly peer: Connection,
    readonly onError: OnError = printError,
  ) {}

  /** Lets the service begin. */
  start(service: Service): void {
    attempt(() => {
      this.#handler = begin(service, this.peer);
    }, this.#fail);
  }

  data(bytes: Uint8Array): void {
    try {
      const returned: unknown = this.#handler.data(bytes);
      if (typeof returned === 'object') refusePromise(returned, this.peer);
    } catch (error) {
      this.fail(error);
    }
  }

  drain(): void {
    attempt(() => this.#handler.drain?.(), this.#fail);
  }

  /** Tells the handler of the peer's end; one that has no `end` ends our side. */
  end(): void {
    attempt(() => (this.#handler.end ? this.#handler.end() : this.peer.end()), this.#fail);
  }

  /** Tells the handler that the server stops. Returns whether it sees to its end itself. */
  stopping(): boolean {
    if (!this.#handler.stopping) return false;
    attempt(() => this.#handler.stopping?.(), this.#fail);
    return true;
  }

  close(why: Closed): void {
    attempt(() => this.#handler.close?.(why), this.#fail);
  }

  /** Does what {@link Connection.fail} says. */
  fail(error: unknown): void {
    if (!isDeliberate(error)) report(this.onError, error, this.peer);
    const known = asWirelineError(error);
    this.peer.close(known.code, known);
  }
}
