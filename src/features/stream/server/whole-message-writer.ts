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

/** Options of {@link WholeMessageWriter}. */
export interface WholeMessageWriterOptions {
  readonly output: Output;
  /** Makes the place where a message waits for the output. */
  readonly spool: () => Spool;
  readonly clock?: Clock;
  /** Bytes after which a message that is still coming claims the output (default 1 MiB). */
  readonly claimAfterBytes?: number;
  /** Milliseconds in which a message that has the output must bring `leastBytes`, or its end, while others wait (default 30,000). */
  readonly stallMs?: number;
  /** Default 64 KiB. It keeps a message of a byte now and then from holding the output for ever. */
  readonly leastBytes?: number;
}

/** A message in the queue for the output. */
interface Slot {
  readonly source: Source;
  /** The bytes that have come of it and are not written yet. */
  readonly spool: Spool;
  state: 'coming' | 'whole' | 'over';
  /** It is in the queue. */
  queued: boolean;
  /** Its source is paused. */
  paused: boolean;
}

/**
 * Gives one output to many messages, one at a time, so that each is written whole and unmixed. A message enters the queue
 * when it is complete, or when it has outgrown its spool; complete messages go before others. Until then it
 * gathers in its spool, so that no source waits for another.
 */
export class WholeMessageWriter implements Receiver {
  /** Messages that wait for the output; the first one has it. */
  readonly #queue: Slot[] = [];
  readonly #stall: Timer;
  readonly #options: Required<Omit<WholeMessageWriterOptions, 'clock'>>;
  #blocked = false;
  /** Bytes that were written since the first message was looked at, and whether the output was full meanwhile. */
  #written = 0;
  #wasBlocked = false;

  constructor({ clock = systemClock, ...options }: WholeMessageWriterOptions) {
    this.#options = { claimAfterBytes: 1024 * 1024, stallMs: 30_000, leastBytes: 64 * 1024, ...options };
    this.#stall = clock.after(this.#options.stallMs, () => this.#onStall());
    this.#stall.stop();
  }

  begin(source: Source): MessageWriter {
    const slot: Slot = { source, spool: this.#options.spool(), state: 'coming', queued: false, paused: false };
    return {
      add: (bytes) => this.#add(slot, bytes),
      finish: () => this.#finish(slot),
      abort: () => this.#abort(slot),
    };
  }

  #add(slot: Slot, bytes: Uint8Array): void {
    if (slot.state !== 'coming') return;
    const first = this.#queue[0] === slot;
    if (first && !this.#blocked && slot.spool.size === 0) {
      this.#written += bytes.length;
      this.#write(bytes);
    } else if (!slot.spool.add(bytes)) this.#pause(slot);
    else if (slot.spool.size > this.#options.claimAfterBytes) this.#enqueue(slot);
    if (this.#queue[0] === slot && this.#blocked) this.#pause(slot);
  }

  #finish(slot: Slot): void {
    if (slot.state !== 'coming') return;
    slot.state = 'whole';
    if (this.#queue[0] === slot) this.#pump();
    else if (slot.queued) this.#prefer(slot);
    else this.#enqueue(slot);
  }

  #abort(slot: Slot): void {
    if (slot.state === 'over') return;
    slot.state = 'over';
    const at = this.#queue.indexOf(slot);
    if (at !== -1) this.#queue.splice(at, 1);
    slot.spool.discard();
    if (at !== 0) return;
    this.#restart();
    this.#pump();
  }

  #enqueue(slot: Slot): void {
    if (slot.queued) return;
    slot.queued = true;
    this.#queue.push(slot);
    if (slot.state === 'whole') this.#prefer(slot);
    if (this.#queue.length === 1) this.#pump();
    else if (this.#queue.length === 2) this.#restart();
  }

  /** A message that is complete goes before those that wait and are not. */
  #prefer(slot: Slot): void {
    const at = this.#queue.indexOf(slot);
    const to = this.#queue.findIndex((other, place) => place > 0 && other.state !== 'whole');
    if (to === -1 || at <= to) return;
    this.#queue.splice(at, 1);
    this.#queue.splice(to, 0, slot);
  }

  /** Writes what the first message holds, then the next one, until the output wants no more. */
  #pump(): void {
    for (let slot = this.#queue[0]; slot && !this.#blocked; slot = this.#queue[0]) {
      const bytes = slot.spool.take();
      if (bytes) this.#write(bytes);
      else if (slot.state === 'whole') this.#release(slot);
      else return this.#resume(slot);
    }
  }

  #write(bytes: Uint8Array): void {
    if (this.#options.output.write(bytes)) return;
    this.#blocked = true;
    this.#wasBlocked = true;
    this.#options.output.whenDrained(() => {
      this.#blocked = false;
      this.#pump();
    });
  }

  /** The message is written: the next one has the output. */
  #release(slot: Slot): void {
    this.#queue.shift();
    this.#restart();
    slot.spool.discard();
    slot.source.done();
  }

  /** No more may come for now. The slot enters the queue, as only the output can make room. */
  #pause(slot: Slot): void {
    if (!slot.paused) slot.source.pause();
    slot.paused = true;
    this.#enqueue(slot);
  }

  #resume(slot: Slot): void {
    if (!slot.paused) return;
    slot.paused = false;
    slot.source.resume();
  }

  #onStall(): void {
    const [slot, next] = this.#queue;
    if (!slot || !next) return;
    // Where the output was full, its source was not waited for.
    const mayStay = this.#wasBlocked || slot.state === 'whole' || this.#written >= this.#options.leastBytes;
    this.#restart();
    if (mayStay) return;
    this.#abort(slot);
    slot.source.abort('stalled');
  }

  #restart(): void {
    this.#written = 0;
    this.#wasBlocked = this.#blocked;
    this.#stall.again();
  }
}
