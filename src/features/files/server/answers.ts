import type { Connection } from '../../../core/index.js';
import { type AnswerLine, jsonLine } from '../protocol/messages.js';

/** Files of one connection that have come and that the disk has not taken, at most. */
const mostDue = 32;
/** The same of all connections: each of these files is open. Beyond it a connection has one at a time. */
const mostOfAll = 256;
let dueOfAll = 0;

/** The answer to one request, sent in its turn. */
export class QueuedAnswer {
  readonly #waiting: (() => void)[] = [];

  constructor(
    readonly peer: Connection,
    /** True once all requests before it were answered. */
    public first: boolean,
    readonly onOver: () => void,
  ) {}

  /** Sends a line of JSON. */
  say(words: AnswerLine): void {
    this.inTurn(() => this.peer.write(jsonLine(words)));
  }

  /** Nothing more is said of this request: `then` runs before the answers to later ones are sent. */
  end(then: () => void = () => {}): void {
    this.inTurn(() => {
      then();
      this.onOver();
    });
  }

  /** All requests before it were answered. */
  begin(): void {
    this.first = true;
    for (const run of this.#waiting.splice(0)) run();
  }

  /** Calls `run` once all requests before this one were answered; at once where they were. */
  inTurn(run: () => void): void {
    if (this.first) run();
    else this.#waiting.push(run);
  }
}

/**
 * The answers to files that were put and that the disk has not yet taken, in the order of the requests: a client that
 * puts many small files has the disk waited for once for many of them.
 */
export class Answers {
  readonly #answers: QueuedAnswer[] = [];
  #wait: { readonly isDue: () => boolean; run(): void } | undefined;

  constructor(readonly peer: Connection) {}

  /** The number of requests without an answer. */
  get size(): number {
    return this.#answers.length;
  }

  /** The answer to the request that begins now. */
  add(): QueuedAnswer {
    const answer = new QueuedAnswer(this.peer, this.#answers.length === 0, () => this.#onOver());
    this.#answers.push(answer);
    dueOfAll++;
    return answer;
  }

  /** Calls `run` once no answer is due; at once where none is. Who waited before, waits no more. */
  whenNone(run: () => void): void {
    this.#when(() => this.size === 0, run);
  }

  /** As `whenNone`, once another file may come. */
  whenFew(run: () => void): void {
    this.#when(() => this.size === 0 || (this.size < mostDue && dueOfAll < mostOfAll), run);
  }

  #when(isDue: () => boolean, run: () => void): void {
    if (isDue()) run();
    else this.#wait = { isDue, run };
  }

  #onOver(): void {
    this.#answers.shift();
    dueOfAll--;
    const wait = this.#wait;
    if (wait?.isDue()) {
      this.#wait = undefined;
      wait.run();
    }
    this.#answers[0]?.begin();
  }
}
