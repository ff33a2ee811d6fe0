/** Milliseconds of work after which the event loop gets a turn. */
const shareMs = 5;

interface Job {
  run(): Promise<void>;
}

/**
 * Runs reads of the journal one after the other, in the order in which they were asked for, and gives the event loop a turn
 * every few milliseconds. Whoever has many pages to read asks for one at a time, so that all take turns.
 */
export class FairQueue {
  readonly #jobs = new Set<Job>();
  #running = false;

  /** Resolves or rejects as `run` does, once its turn has come. */
  add<T>(run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#jobs.add({ run: () => run().then(resolve, reject) });
      if (this.#running) return;
      this.#running = true;
      // Files that are requested in one tick begin together, on a later one.
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    let until = performance.now() + shareMs;
    for (const job of this.#jobs) {
      this.#jobs.delete(job);
      await job.run();
      if (performance.now() < until) continue;
      await new Promise(setImmediate);
      until = performance.now() + shareMs;
    }
    this.#running = false;
  }
}
