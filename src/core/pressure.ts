import type { Clock, Timer } from './clock.js';

/** A connection that holds a part of a limit, as {@link Pressure} sees it. */
export interface Holder {
  /** Bytes that it holds now. */
  held(): number;
  /** Bytes that it has moved so far, in whatever direction lets it finish. Only differences count. */
  moved(): number;
  /** True if it waits for this side, such as for a full output. Such a connection is spared. */
  excused?(): boolean;
  /** Closes the connection. Called at most once. */
  giveUp(): void;
}

/** Milliseconds between two looks at the holders while a limit is tight. */
const lookMs = 250;
/** Milliseconds without movement after which a holder may be given up. */
const stillMs = 1000;
/** A holder moves where it moves this part of what it holds: a byte now and then does not count. */
const leastPart = 1 / 64;
/** The part of a limit above which it is tight. */
export const tightPart = 0.9;

/** The progress of a holder at a time. */
interface Mark {
  moved: number;
  since: number;
}

/**
 * Makes room where connections share a limit. While `tight` returns true, it gives up the connections that have not
 * moved for a second, the one that holds most first, until `tight` returns false. So peers that hold much and do
 * nothing cannot keep a newcomer out. It costs nothing while there is room.
 */
export class Pressure {
  readonly #holders = new Set<Holder>();
  /** Only kept while it looks. */
  readonly #marks = new Map<Holder, Mark>();
  #looking: Timer | undefined;

  constructor(
    readonly clock: Clock,
    /** True if the limit is nearly reached. */
    readonly tight: () => boolean,
  ) {}

  /** Counts `holder` until it is deleted or given up. */
  add(holder: Holder): void {
    this.#holders.add(holder);
  }

  /** Forgets `holder`. */
  delete(holder: Holder): void {
    this.#holders.delete(holder);
    this.#marks.delete(holder);
  }

  /** Begins to look where the limit is tight. Cheap: to be called wherever something has grown. */
  check(): void {
    if (this.#looking || !this.tight()) return;
    this.#mark();
    this.#looking = this.clock.after(lookMs, () => this.#look());
  }

  #look(): void {
    if (this.tight()) this.#giveUp(this.#mark());
    if (this.tight() && this.#holders.size > 0) return this.#looking?.again();
    this.#looking = undefined;
    this.#marks.clear();
  }

  /** Marks how far each holder is. Returns those that have not moved, the one that holds most first. */
  #mark(): Holder[] {
    const now = this.clock.now();
    const still: { holder: Holder; held: number }[] = [];
    for (const holder of this.#holders) {
      const held = holder.held();
      const moved = holder.moved();
      const mark = this.#marks.get(holder);
      if (!mark) this.#marks.set(holder, { moved, since: now });
      else if (held === 0 || holder.excused?.() || moved - mark.moved >= Math.max(1, held * leastPart))
        Object.assign(mark, { moved, since: now });
      else if (now - mark.since >= stillMs) still.push({ holder, held });
    }
    return still.sort((one, other) => other.held - one.held).map(({ holder }) => holder);
  }

  /** The memory of a closed connection may be free only a little later, so that no more than an eighth go at a time. */
  #giveUp(still: readonly Holder[]): void {
    for (const holder of still.slice(0, Math.ceil(still.length / 8))) {
      if (!this.tight()) return;
      this.delete(holder);
      holder.giveUp();
    }
  }
}
