import { type Clock, type Connection, systemClock, type Timer, WirelineError } from '../../core/index.js';

/** Options of {@link ProgressLimit}. */
export interface ProgressLimitOptions {
  readonly peer: Pick<Connection<never>, 'remote' | 'backlog' | 'paused'>;
  /** Milliseconds without progress that are too long; 0: none are. */
  readonly timeoutMs: number;
  /** True if the server is waited for: time that the user takes does not count. */
  readonly waits: () => boolean;
  /** Called once, with an error of code `timeout`. */
  readonly fail: (error: WirelineError) => void;
  readonly clock?: Clock;
}

/**
 * Fails a client whose server is awaited and in whose connection nothing moves, in neither direction. Time in which the
 * client itself does not read does not count.
 */
export class ProgressLimit {
  #timer: Timer | undefined;
  #backlog = 0;

  constructor(readonly options: ProgressLimitOptions) {
    const { timeoutMs, clock = systemClock } = options;
    if (timeoutMs > 0) this.#timer = clock.after(timeoutMs, () => this.#look());
  }

  /** Something has come, was sent, or is awaited from now on. */
  moved(): void {
    this.#timer?.again();
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  #look(): void {
    const { peer, timeoutMs, waits, fail } = this.options;
    const taken = peer.backlog !== this.#backlog;
    this.#backlog = peer.backlog;
    if (taken || peer.paused || !waits()) return this.moved();
    this.stop();
    fail(new WirelineError('timeout', `${peer.remote} has neither sent nor taken anything for ${timeoutMs / 1000} s`));
  }
}
