import type { Clock } from '../core/index.js';

/** A clock that a test moves by hand: nothing passes unless it says so. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #due = new Map<object, { at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void) {
    const timer = {
      again: () => void this.#due.set(timer, { at: this.#now + ms, run }),
      stop: () => void this.#due.delete(timer),
    };
    timer.again();
    return timer;
  }

  /** Lets `ms` pass, and runs what is due in the order of its time. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#due].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at);
      if (!next) break;
      const [timer, { at, run }] = next;
      this.#now = at;
      this.#due.delete(timer);
      run();
    }
    this.#now = until;
  }
}
