/** How long {@link Patience} waits, in milliseconds. */
export interface PatienceOptions {
  /** The pause that ends a message of a sender that has never ended a line. */
  readonly pauseMs: number;
  /** That of a sender that has; `Infinity` where no pause ends its messages. */
  readonly afterLinesMs: number;
  /** The shortest pause, for a sender that always waits for its answer in mid-line. */
  readonly leastPauseMs: number;
}

/** Bytes that come in one packet. Of a longer message one may have been lost, and then it is no pause of the sender's. */
const onePacket = 1024;
/** Milliseconds in which a lost packet has been sent again, and once more (RFC 6298; Linux begins with 200). */
const resendMs = 1000;
/** Messages that a pause must have ended before it becomes shorter. */
const lessons = 4;

/**
 * The silence of a sender that is long enough to end a message without a newline. It learns from what the sender does: one that
 * ends its lines is waited for, and one that never does is answered sooner and sooner.
 */
export class Patience {
  #endsLines = false;
  #paused = 0;

  constructor(readonly options: PatienceOptions) {}

  /** Milliseconds of silence after which the `held` bytes of a message are all of it. */
  msFor(held: number): number {
    const { pauseMs, afterLinesMs, leastPauseMs } = this.options;
    const halved = pauseMs / 2 ** Math.max(0, this.#paused - lessons);
    const ms = this.#endsLines ? Math.max(pauseMs, afterLinesMs) : Math.max(Math.min(pauseMs, leastPauseMs), halved);
    return held > onePacket ? Math.max(ms, resendMs) : ms;
  }

  /** The sender has ended a message by a newline. */
  sawLine(): void {
    this.#endsLines = true;
  }

  /** The sender has ended a message by a pause. */
  sawPause(): void {
    this.#paused++;
  }
}
