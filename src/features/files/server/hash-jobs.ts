/** A job that waits, or runs, in {@link HashJobs}. */
interface Job {
  run(): void;
  running: boolean;
}

/** Limits how many files are hashed at a time for clients that have a part of them already. The others wait in turn. */
export class HashJobs {
  readonly #jobs = new Set<Job>();

  constructor(readonly most: number) {}

  /** Calls `run`, on a later turn, once there is a place. Returns a function that gives the place up; more calls do nothing. */
  enter(run: () => void): () => void {
    const job: Job = { run, running: false };
    this.#jobs.add(job);
    this.#begin();
    return () => {
      if (this.#jobs.delete(job)) this.#begin();
    };
  }

  /** Those that came first have the places. */
  #begin(): void {
    let place = 0;
    for (const job of this.#jobs) {
      if (place++ === this.most) return;
      if (job.running) continue;
      job.running = true;
      setImmediate(() => this.#jobs.has(job) && job.run());
    }
  }
}
