/** The time that a service sees, so that a test can hold it still. Times are in milliseconds. */
export interface Clock {
  /** A time that never goes back; only differences mean something. */
  now(): number;
  /** Calls `run` once, after `ms`; the timer does not keep the process alive. */
  after(ms: number, run: () => void): Timer;
}

/** A wait that can be given up or begun anew. */
export interface Timer {
  /** Begins the whole wait anew, also after it has passed or was stopped. Cheap: it may be called for each chunk. */
  again(): void;
  /** Gives the wait up. */
  stop(): void;
}

/** The clock of the process, and the default wherever a clock is an option. Its timers do not keep the process alive. */
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
