import {
  type Clock,
  type MessageWriter,
  type Output,
  type Receiver,
  type Source,
  type Spool,
  systemClock,
  type Timer,
} from '../../../core/index.js';

/** What an {@link WholeMessageWriter} needs. */
export interface WholeMessageWriterOptions {
  readonly output: Output;
  /** Makes the place where a message waits for its turn. */
  readonly spool: () => Spool;
  readonly clock?: Clock;
  /** Bytes after which a message that is still coming asks for its turn (default 1 MiB). */
  readonly outgrown?: number;
  /** Milliseconds in which a message that has the turn must bring `leastBytes`, or its end, while others wait (default 30,000). */
  readonly stallMs?: number;
  /** Default 64 KiB. It keeps a message of a byte now and then from holding the output for ever. */
  readonly leastBytes?: number;
}

/**
 * Gives one output to many messages, one at a time, so that each is written whole and unmixed. A message has
 * its turn when it is complete, or when it has outgrown its spool; turns are in the order of that, complete messages
 * before others. Until then it gathers in its spool, so that no source waits for another.
 */
export class WholeMessageWriter implements Receiver {
  /** Messages that ask for the turn; the first one has it. */
  readonly #turns: Turn[] = [];
  readonly #stall: Timer;
  #blocked = false;
  /** Bytes that were written since the one that has the turn was looked at, and whether the output was full meanwhile. */
  #written = 0;
  #wasBlocked = false;

  constructor(readonly options: WholeMessageWriterOptions) {
    this.#stall = (options.clock ?? systemClock).after(options.stallMs ?? 30_000, () => this.#onStall());
    this.#stall.stop();
  }

  begin(source: Source): MessageWriter {
    return new Turn(this, source, this.options.spool());
  }

  /** Whether `turn` may be written from now on. */
  ask(turn: Turn): void {
    this.#turns.push(turn);
    if (turn.state === 'whole') this.prefer(turn);
    if (this.#turns.length === 1) this.pump();
    else if (this.#turns.length === 2) this.#restart();
  }

  /** A message that is complete goes before those that wait and are not. */
  prefer(turn: Turn): void {
    const at = this.#turns.indexOf(turn);
    const to = this.#turns.findIndex((other, place) => place > 0 && other.state !== 'whole');
    if (to === -1 || at <= to) return;
    this.#turns.splice(at, 1);
    this.#turns.splice(to, 0, turn);
  }

  has(turn: Turn): boolean {
    return this.#turns[0] === turn;
  }

  /** Writes what the message that has the turn holds, then the next one, until the output wants no more. */
  pump(): void {
    for (let turn = this.#turns[0]; turn && !this.#blocked; turn = this.#turns[0]) {
      const bytes = turn.spool.take();
      if (bytes) this.#put(bytes);
      else if (turn.state === 'whole') this.#finish(turn);
      else return turn.waitForMore();
    }
  }

  /** Writes what has just come for the message that has the turn. */
  write(bytes: Uint8Array): void {
    this.#written += bytes.length;
    this.#put(bytes);
  }

  #put(bytes: Uint8Array): void {
    if (this.options.output.write(bytes)) return;
    this.#blocked = true;
    this.#wasBlocked = true;
    this.options.output.whenDrained(() => {
      this.#blocked = false;
      this.pump();
    });
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  leave(turn: Turn): void {
    const at = this.#turns.indexOf(turn);
    if (at !== -1) this.#turns.splice(at, 1);
    turn.spool.discard();
    if (at !== 0) return;
    this.#restart();
    this.pump();
  }

  #finish(turn: Turn): void {
    this.#turns.shift();
    this.#restart();
    turn.spool.discard();
    turn.source.done();
  }

  #onStall(): void {
    const [turn, next] = this.#turns;
    if (!turn || !next) return;
    const { leastBytes = 64 * 1024 } = this.options;
    // Where the output was full, its source was not waited for.
    const mayStay = this.#wasBlocked || turn.state === 'whole' || this.#written >= leastBytes;
    this.#restart();
    if (mayStay) return;
    turn.abort();
    turn.source.giveUp('stalled');
  }

  #restart(): void {
    this.#written = 0;
    this.#wasBlocked = this.#blocked;
    this.#stall.again();
  }
}

/** One message: it gathers, asks for the turn, has it, and is over. */
class Turn implements MessageWriter {
  state: 'coming' | 'whole' | 'over' = 'coming';
  #asked = false;
  #paused = false;

  constructor(
    readonly writer: WholeMessageWriter,
    readonly source: Source,
    readonly spool: Spool,
  ) {}

  add(bytes: Uint8Array): void {
    if (this.state !== 'coming') return;
    if (this.writer.has(this) && !this.writer.blocked && this.spool.size === 0) this.writer.write(bytes);
    else if (!this.spool.add(bytes)) this.#pause();
    else if (this.spool.size > (this.writer.options.outgrown ?? 1024 * 1024)) this.#ask();
    if (this.writer.has(this) && this.writer.blocked) this.#pause();
  }

  finish(): void {
    if (this.state !== 'coming') return;
    this.state = 'whole';
    if (this.writer.has(this)) this.writer.pump();
    else if (this.#asked) this.writer.prefer(this);
    else this.#ask();
  }

  abort(): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.writer.leave(this);
  }

  waitForMore(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.source.resume();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.writer.ask(this);
  }

  /** No more may come for now; the turn is asked for, as only the output can make room. */
  #pause(): void {
    if (!this.#paused) this.source.pause();
    this.#paused = true;
    this.#ask();
  }
}
