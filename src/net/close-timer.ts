/** Milliseconds that a closing connection waits for the peer to take what is left, and then for its end. */
const waits = { stuck: 30_000, fin: 1_000, reset: 100 };

/**
 * The last wait of a closing connection: that the peer takes more, or, when all is taken, that it ends. Each
 * step begins the wait anew; when one is over, `giveUp` is called.
 */
export class CloseTimer {
  #timer: NodeJS.Timeout | undefined;
  #longest = waits.stuck;

  constructor(
    readonly giveUp: () => void,
    /** Milliseconds that it waits for the end of a peer that has taken all. */
    readonly finMs = waits.fin,
  ) {}

  /** From now on waits no longer than `ms`. */
  shorten(ms: number): void {
    this.#longest = ms;
  }

  /** Waits, with so many bytes that the peer has still to take, for a connection that ends in a reset or in a fin. */
  begin(backlog: number, ending: 'reset' | 'fin'): void {
    clearTimeout(this.#timer);
    const ms = ending === 'fin' ? this.finMs : waits.reset;
    this.#timer = setTimeout(this.giveUp, backlog > 0 ? this.#longest : Math.min(this.#longest, ms));
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
