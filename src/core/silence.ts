import type { Clock, Timer } from './clock.js';

/** The two steps of a {@link SilenceWatch} with a silent peer. */
export interface Silence {
  /** Asks the peer whether it is there. */
  ask(): void;
  /** The peer has said nothing since it was asked. Called again after each further silence. */
  giveUp(): void;
}

/** Watches a peer that ought to be heard of: asks it after `ms` milliseconds of silence, and gives up after as many more. */
export class SilenceWatch {
  readonly #timer: Timer;
  #asked = false;

  constructor(
    readonly clock: Clock,
    readonly ms: number,
    readonly silence: Silence,
  ) {
    this.#timer = clock.after(ms, () => this.#onSilence());
  }

  /** Something came from the peer. Cheap: it may be called for each message. */
  heard(): void {
    this.#asked = false;
    this.#timer.again();
  }

  stop(): void {
    this.#timer.stop();
  }

  #onSilence(): void {
    const asked = this.#asked;
    this.#asked = true;
    this.#timer.again();
    if (asked) this.silence.giveUp();
    else this.silence.ask();
  }
}
