import type { Clock, Timer } from '../../../core/index.js';
import { type Silence, SilenceWatch } from '../../../core/silence.js';

/** Milliseconds of the first wait before connecting again, and of the longest; each time it doubles. */
const wait = { first: 250, longest: 10_000 };
/** The shortest wait, also where a server asks for less, and how long a connection must have stood to be no failed try. */
const leastMs = 100;
const stoodMs = 2_000;
/** Milliseconds of silence after which the server is asked whether it is there, and within which it must answer. */
const askMs = 20_000;
/** Milliseconds within which the server must say welcome, where nothing else is said. */
const defaultWelcomeMs = 10_000;

/** Watches one connection: the server must say welcome in time, and later answer when it is asked after a silence. */
export class Heartbeat {
  readonly #welcome: Timer;
  #silence: SilenceWatch | undefined;

  constructor(
    readonly clock: Clock,
    readonly silence: Silence,
    welcomeMs = defaultWelcomeMs,
  ) {
    this.#welcome = clock.after(welcomeMs, () => silence.giveUp());
  }

  /** Something came from the server. */
  heard(): void {
    this.#silence?.heard();
  }

  welcomed(): void {
    this.#welcome.stop();
    this.#silence ??= new SilenceWatch(this.clock, askMs, this.silence);
  }

  stop(): void {
    this.#welcome.stop();
    this.#silence?.stop();
  }
}

/** The waits before connecting again: longer each time, and never as long as those of others that were cut off too. */
export class Backoff {
  #attempts = 0;

  constructor(readonly random: () => number = Math.random) {}

  /** The next wait, in milliseconds: what the server `asked` for, within reason, or one of our own. */
  next(asked = -1): number {
    const longest = Math.min(wait.longest, wait.first * 2 ** this.#attempts++);
    const own = Math.round(longest * (0.5 + this.random() / 2));
    // A server that lets us in and out again and again does not say how fast.
    return asked >= 0 && this.#attempts < 3 ? Math.max(leastMs, Math.min(asked, wait.longest)) : own;
  }

  /** A connection has ended that was welcome for `ms`: where that was not at once, the next wait is a short one. */
  stood(ms: number): void {
    if (ms >= stoodMs) this.#attempts = 0;
  }
}
