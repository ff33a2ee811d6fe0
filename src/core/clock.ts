/** What a service knows of time, so that a test can hold it still. Times are in milliseconds. */
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
