import type { Connection } from './connection.js';
import { Turn, type Turns, turns } from './turns.js';

/** Writes to the peer, and counts the bytes against its turn. */
export type WritePiece = (bytes: Uint8Array) => void;

/** The end of long work; exactly one of the two is called, unless the work is stopped before. */
export interface PieceworkEnd {
  done(): void;
  fail(error: unknown): void;
}

/**
 * Long work of one connection, such as a list of a hundred thousand files, in pieces: a generator that yields after
 * each small one. It is gone on with as long as the connection's turn lasts, then on a later turn; it waits where
 * the peer does not take what was written, and ends, with the generator's `finally`, where the connection closes.
 */
export class Piecework {
  readonly #turn: Turn;
  readonly #pieces: Iterator<unknown>;
  #room = true;
  #over = false;

  constructor(
    readonly peer: Connection<Uint8Array>,
    make: (write: WritePiece) => Iterator<unknown>,
    readonly end: PieceworkEnd,
    among: Turns = turns,
  ) {
    this.#turn = new Turn({ run: () => this.#work(), fail: (error) => this.#fail(error) }, among);
    this.#pieces = make((bytes) => {
      this.#room = peer.write(bytes);
      this.#turn.spend(0, bytes.length);
    });
  }

  /** Begins, or goes on: to be called at first, and on each `drain` of the connection. */
  go(): void {
    this.#room = true;
    if (this.#over) return;
    if (!this.#turn.begin()) return this.#turn.soon();
    try {
      this.#work();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the work before it is done. Must be called when the connection closes; may be called again. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#turn.stop();
    this.#pieces.return?.();
  }

  #work(): void {
    while (this.#room) {
      if (this.#over) return;
      if (this.peer.state === 'closed') return this.stop();
      if (this.#pieces.next().done) return this.#done();
      this.#turn.spend(1, 0);
      if (this.#turn.over) return this.#turn.soon();
    }
  }

  #done(): void {
    this.#over = true;
    this.#turn.stop();
    this.end.done();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#turn.stop();
    this.end.fail(error);
  }
}
