/** The share that {@link Turns} gives a connection at a time. */
export interface TurnShare {
  /** Requests, or other units of work, that are begun. */
  readonly requests: number;
  /** Bytes that are written in one turn of the event loop. */
  readonly bytes: number;
  /** Milliseconds. Work that has begun is finished, so one large piece may take longer. */
  readonly ms: number;
}

/** A connection gets 64 requests, 64 KiB out or 5 ms, whichever comes first, and then the next one has its turn. */
export const turnShare: TurnShare = { requests: 64, bytes: 64 * 1024, ms: 5 };

/** Options of {@link Turns}. */
export interface TurnsOptions {
  /** Returns a time in milliseconds that never goes back (default: `performance.now`). */
  readonly now?: () => number;
  /** Calls `run` on the next turn of the event loop (default: `setImmediate`). */
  readonly later?: (run: () => void) => void;
  readonly share?: TurnShare;
  /** Milliseconds of one turn of the event loop for all connections together (default 10). */
  readonly loopMs?: number;
  /** Turns of one connection in one turn of the event loop, at most: its share each, after all others have had theirs (default 16). */
  readonly mostTimes?: number;
}

/** The work that a {@link Turn} runs. */
export interface TurnTask {
  /** Does some work: until the turn is {@link Turn.over}, or nothing is left. */
  run(): void;
  /** `run` threw: this costs the connection whose task it is, and nobody else. */
  fail(error: unknown): void;
}

/**
 * Divides the time of the event loop among connections. A connection works at once as long as the turn has time,
 * and for no longer than its share; the rest of its work waits for a later turn, after all others have had theirs.
 * A connection that had nothing waiting goes before those that always have, so that a small client does not queue
 * behind a thousand that flood.
 */
export class Turns {
  readonly now: () => number;
  readonly share: TurnShare;
  readonly #later: (run: () => void) => void;
  readonly #loopMs: number;
  readonly #mostTimes: number;
  /** Those that wait and had no work before, and those whose last turn did not suffice. */
  readonly #fresh = new Line();
  readonly #others = new Line();
  /** Those that have written their share in this turn of the event loop. */
  readonly #written = new Line();
  #scheduled = false;
  /** When this turn of the event loop has done enough; undefined where nothing was done in it. */
  #until: number | undefined;
  /** Counts the turns of the event loop in which there was work. */
  round = 0;

  constructor({ now, later, share = turnShare, loopMs = 10, mostTimes = 16 }: TurnsOptions = {}) {
    this.now = now ?? (() => performance.now());
    this.#later = later ?? setImmediate;
    this.share = share;
    this.#loopMs = loopMs;
    this.#mostTimes = mostTimes;
  }

  /** Returns whether this turn of the event loop has time for work that begins `now`. */
  hasTime(now: number): boolean {
    if (this.#until === undefined) {
      this.#until = now + this.#loopMs;
      this.#schedule();
    }
    return now < this.#until;
  }

  /**
   * Has `turn` called later. Its work is `fresh`, or was begun and is not done, or it has written all that it may write in
   * this turn of the event loop.
   */
  add(turn: Waiting, work: 'fresh' | 'begun' | 'written'): void {
    const line = { fresh: this.#fresh, begun: this.#others, written: this.#written }[work];
    line.push(turn);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => this.#run());
  }

  #run(): void {
    this.#scheduled = false;
    this.round++;
    this.#until = this.now() + this.#loopMs;
    for (let next = this.#written.shift(); next; next = this.#written.shift()) this.#others.push(next);
    // Where few have work, going round the event loop for each share of it would cost more than the work.
    let times = 0;
    do this.#runAll();
    while (++times < this.#mostTimes && this.#fresh.size + this.#others.size > 0 && this.hasTime(this.now()));
    this.#until = undefined;
    if (this.#fresh.size + this.#others.size + this.#written.size > 0) this.#schedule();
  }

  /** Gives each that waits its turn, as far as there is time. */
  #runAll(): void {
    const waiting = this.#others.size;
    this.#runSome(this.#fresh, this.#fresh.size);
    // One at least, so that those that always have work are not starved by those that are new.
    const [oldest] = waiting > 0 ? [this.#others.shift()] : [];
    oldest?.take();
    this.#runSome(this.#others, waiting - 1);
  }

  #runSome(line: Line, most: number): void {
    for (let done = 0; done < most && this.hasTime(this.now()); done++) line.shift()?.take();
  }
}

/** Work that waits. */
interface Waiting {
  take(): void;
}

/** The members that wait, in order; taking the first is cheap however many there are. */
class Line {
  #items: (Waiting | undefined)[] = [];
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  push(item: Waiting): void {
    this.#items.push(item);
  }

  shift(): Waiting | undefined {
    const item = this.#items[this.#first];
    this.#items[this.#first++] = undefined;
    if (this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }
}

/** The turns of this process: it has one event loop. */
export const turns = new Turns();

/** After each of the first four requests and then every eighth: to read the clock costs a tenth of a small request. */
function looksAtTime(requests: number): boolean {
  return requests <= 4 || requests % 8 === 0;
}

/** The turns of one connection: how much it has left of the present one, and how it gets another. */
export class Turn implements Waiting {
  #round = -1;
  #requests = 0;
  #bytes = 0;
  #until = 0;
  #waits = false;
  #worked = false;
  #stopped = false;

  constructor(
    readonly task: TurnTask,
    readonly among: Turns = turns,
  ) {}

  /**
   * Returns whether work may begin at once: this connection has not used up its share of this turn of the event
   * loop, and all together have not used up theirs. If not, the work must wait for `soon`.
   */
  begin(): boolean {
    const now = this.among.now();
    if (this.#waits || !this.among.hasTime(now)) return false;
    if (this.#round !== this.among.round) this.#refill(now);
    return !this.over;
  }

  /** Counts what was done in this turn. */
  spend(requests: number, bytes: number): void {
    this.#worked = true;
    this.#requests += requests;
    this.#bytes += bytes;
  }

  /** True if this connection must leave the rest to a later turn. */
  get over(): boolean {
    const { share, now } = this.among;
    if (this.#requests >= share.requests || this.#bytes >= share.bytes) return true;
    return looksAtTime(this.#requests) && now() >= this.#until;
  }

  /** Has the task run on a later turn of the event loop, once, however often this is called before. */
  soon(): void {
    if (this.#waits || this.#stopped) return;
    this.#waits = true;
    const begun = this.#worked && this.#round === this.among.round;
    this.among.add(this, begun ? (this.#bytes >= this.among.share.bytes ? 'written' : 'begun') : 'fresh');
  }

  /** Runs the task no more. */
  stop(): void {
    this.#stopped = true;
  }

  /** For {@link Turns} alone: it is this connection's turn. */
  take(): void {
    this.#waits = false;
    if (this.#stopped) return;
    this.#refill(this.among.now());
    try {
      this.task.run();
    } catch (error) {
      this.task.fail(error);
    }
  }

  /** Bytes count for the whole turn of the event loop: what is written then waits to be sent. */
  #refill(now: number): void {
    if (this.#round !== this.among.round) this.#bytes = 0;
    this.#round = this.among.round;
    this.#requests = 0;
    this.#worked = false;
    this.#until = now + this.among.share.ms;
  }
}
