/** Milliseconds after which what an owner ran last makes it one of the slow. */
const slowMs = 100;
/** Of so many tasks that begin while both kinds wait, one is that of a slow owner. */
const oneInSlow = 4;

/** Owners whose tasks wait, in the order of their turns; the tasks of one begin in theirs. */
type Line = Map<object, (() => void)[]>;

/**
 * Runs up to `most` tasks at a time. The others wait, and their owners take turns, so that nobody waits for all that
 * another has asked for. Owners whose last task was slow come after those that are new or quick, but for one task in four.
 */
export class InTurn {
  readonly #quick: Line = new Map();
  readonly #slow: Line = new Map();
  readonly #slowOwners = new WeakSet<object>();
  #running = 0;
  /** Number of fast ones that began while slow ones waited. */
  #quickBegun = 0;

  constructor(
    readonly most: number,
    readonly now: () => number = () => performance.now(),
  ) {}

  /** Resolves or rejects as `task` does, which begins once it is its owner's turn. */
  async run<T>(owner: object, task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.most) await new Promise<void>((resolve) => this.#wait(owner, resolve));
    else this.#running++;
    const since = this.now();
    try {
      return await task();
    } finally {
      this.#mark(owner, this.now() - since > slowMs);
      const begin = this.#next();
      if (begin) begin();
      else this.#running--;
    }
  }

  #lineOf(owner: object): Line {
    return this.#slowOwners.has(owner) ? this.#slow : this.#quick;
  }

  #wait(owner: object, begin: () => void): void {
    const line = this.#lineOf(owner);
    const waiting = line.get(owner);
    if (waiting) waiting.push(begin);
    else line.set(owner, [begin]);
  }

  /** An owner whose kind changes goes to the end of the other line, with what waits. */
  #mark(owner: object, slow: boolean): void {
    if (slow === this.#slowOwners.has(owner)) return;
    const before = this.#lineOf(owner);
    if (slow) this.#slowOwners.add(owner);
    else this.#slowOwners.delete(owner);
    const waiting = before.get(owner);
    if (!waiting) return;
    before.delete(owner);
    this.#lineOf(owner).set(owner, waiting);
  }

  #next(): (() => void) | undefined {
    if (this.#quick.size === 0) this.#quickBegun = 0;
    const slow = this.#slow.size > 0 && (this.#quick.size === 0 || ++this.#quickBegun % oneInSlow === 0);
    const line = slow ? this.#slow : this.#quick;
    for (const [owner, waiting] of line) {
      line.delete(owner);
      const begin = waiting.shift();
      if (waiting.length > 0) line.set(owner, waiting);
      return begin;
    }
    return undefined;
  }
}
