import type { Clock, Timer } from '../core/index.js';

/** The clock of the process. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => new SystemTimer(ms, run),
};

class SystemTimer implements Timer {
  #timeout: NodeJS.Timeout | undefined;

  constructor(
    readonly ms: number,
    readonly run: () => void,
  ) {
    this.again();
  }

  again(): void {
    if (this.#timeout) this.#timeout.refresh();
    else this.#timeout = setTimeout(this.run, this.ms).unref();
  }

  stop(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
  }
}
