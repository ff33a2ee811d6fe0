import { type Clock, type Connection, systemClock, type Timer, WirelineError } from '../core/index.js';
import type { Outcome } from './run-client.js';

/** The time for which a client that has sent everything waits for the server's end, which is its receipt. */
export interface ReceiptOptions {
  /** True if the server's end is waited for (default). Without it, the client is done when the system has taken all. */
  readonly receipt?: boolean;
  /** Milliseconds in which the server must end or send something, once everything was sent (default 0: any time). */
  readonly waitMs?: number;
  /** Called once where everything was sent five seconds ago, and the server has neither ended nor sent anything since. */
  readonly onWait?: (() => void) | undefined;
  /** Measures the times (default: the clock of the process). */
  readonly clock?: Clock;
}

/** Milliseconds after which a person wonders. */
const wonderMs = 5_000;

/** The wait of a client that has sent everything. */
export class ReceiptWait {
  #begun = false;
  #wonder: Timer | undefined;
  #limit: Timer | undefined;

  constructor(readonly options: ReceiptOptions & { readonly peer: Connection; readonly outcome: Outcome }) {}

  /** Everything was handed over. */
  begin(): void {
    const { peer, outcome, clock = systemClock, waitMs = 0, onWait } = this.options;
    this.#begun = true;
    this.taken();
    if (onWait) this.#wonder = clock.after(wonderMs, onWait);
    if (waitMs === 0) return;
    this.#limit = clock.after(waitMs, () => {
      const words = `everything was sent to ${peer.remote}, and no receipt came within ${waitMs / 1000} s`;
      outcome.fail(new WirelineError('timeout', words));
    });
  }

  /** The system may have taken everything: a client that needs no receipt is done. */
  taken(): void {
    const { peer, outcome, receipt = true, clock = systemClock } = this.options;
    if (!this.#begun || receipt || peer.state === 'closed') return;
    if (peer.backlog === 0) outcome.done();
    else clock.after(10, () => this.taken());
  }

  /** The server has sent something. */
  moved(): void {
    this.#wonder?.stop();
    this.#limit?.again();
  }

  stop(): void {
    this.#wonder?.stop();
    this.#limit?.stop();
  }
}
