import type { Clock, Output } from '../../../core/index.js';

/** Options of a round of the order service. */
export interface RoundOptions {
  /** Where the messages, the acknowledgment and the closing line of each round are printed. */
  readonly output: Output;
  readonly clock?: Clock;
  /** Clients that make a round (default 2). */
  readonly expect?: number;
  /** Rounds until the service is over, and refuses clients (default: no limit). */
  readonly rounds?: number;
  /** Milliseconds after which a client that has said nothing gives way to a newcomer (default 5 minutes). */
  readonly stallMs?: number;
  /** Called when all clients of the last round have been sent the order. */
  readonly onLastRound?: () => void;
}
