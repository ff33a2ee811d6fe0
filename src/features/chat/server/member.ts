import { isDeliberate } from '../../../core/attempt.js';
import type { Budget, Connection, Share } from '../../../core/index.js';
import type { ChatEvent } from '../protocol/events.js';
import { failureText, Refusal } from '../protocol/refusal.js';
import type { Encoder } from './encoder.js';
import { publishChat } from './events.js';
import type { Subscription } from './subscription.js';

/** Requests of one member that wait for their answer. */
const maxTurns = 128;

/** Closes a connection for what failed in its service: it may be in a timer or a promise, where nobody would catch it. */
export function closeFor(peer: Connection, error: unknown): void {
  peer.fail(error);
}

/** Pays for the answers to a member, by the byte. */
export interface Payer {
  charge(bytes: number): void;
  /** Resolves once earlier answers are paid for; undefined where they are. */
  afford(): Promise<void> | undefined;
}

/** Someone who is connected, by whatever dialect: a name, the rooms joined, and the way to be told things. */
export class Member {
  /** Tells members apart in the directory: unique, also among servers that share one. */
  readonly key = crypto.randomUUID();
  /** Empty until the member is admitted. */
  name = '';
  /** Tells owners of names apart, and the ids of their messages. */
  owner = '';
  /** Tells the connections of one run of a client from those of another. */
  session: string | undefined;
  /** Asks the client whether it is there, where it can be asked: calls back with the answer. */
  probe: ((answer: (there: boolean) => void) => void) | undefined;
  /** The names under which it said what is on its way to the journal: its own words, also where it has another name by now. */
  readonly pendingNames = new Set<string>();
  /** The rooms joined, by name. */
  readonly rooms = new Map<string, Subscription>();
  /** Its share of the memory of all: the bytes that it has still to read. */
  readonly share: Share;
  /** Pays for the answers; nobody does before the member is admitted. */
  payer: Payer | undefined;
  #drained: (() => void)[] = [];
  /** True if the member should be told no more for now. */
  full = false;
  /** The longest of what may still wait for the member. It does not count: one long message makes nobody slow. */
  #longest = 0;
  #told = 0;
  #unsettled = 0;
  #onSettled: (() => void)[] = [];
  #turn: Promise<void> = Promise.resolve();
  #turns = 0;

  constructor(
    readonly peer: Connection,
    readonly encoder: Encoder,
    /** Bytes that may wait for the member before it is closed as `slow`. */
    readonly maxBacklog: number,
    budget: Budget,
  ) {
    this.share = budget.share(peer, { moved: () => this.#told - peer.backlog });
  }

  get gone(): boolean {
    return this.peer.state === 'closed';
  }

  /**
   * Sends the member an event. It never waits: a member that is too far behind is closed. Returns false when it should be
   * told no more for now.
   */
  send(message: ChatEvent): boolean {
    return this.write(this.encoder.message(message, this));
  }

  /** Sends the member an answer, at the price of its bytes. Returns false as `tell` does. */
  answer(message: ChatEvent): boolean {
    return this.writeAnswer(this.encoder.message(message, this));
  }

  /** As `answer`, for what its dialect has encoded before. */
  writeAnswer(bytes: Uint8Array): boolean {
    this.payer?.charge(bytes.length);
    return this.write(bytes);
  }

  /** Sends the member what its dialect has encoded before. Returns false when it should receive no more for now. */
  write(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true;
    const { backlog } = this.peer;
    if (backlog > this.maxBacklog + this.#longest) {
      publishChat(() => ({ type: 'slow', peer: this.peer, name: this.name, backlog }));
      this.peer.close('slow');
      return false;
    }
    this.#longest = Math.max(backlog === 0 ? 0 : this.#longest, bytes.length);
    this.#told += bytes.length;
    this.full = !this.peer.write(bytes);
    if (this.full) this.share.set(this.peer.backlog);
    return !this.full;
  }

  /** Tells why something that the member asked for is not done. What is no {@link Refusal} costs it its connection. */
  refuse(error: unknown, about: Refusal['about'] = {}): void {
    if (!(error instanceof Refusal)) return closeFor(this.peer, error);
    this.send({ type: 'error', code: error.code, message: error.message, ...about, ...error.about });
  }

  /** Says that a room cannot be read, and ends the connection: a client that came again at once would fare no better. */
  end(room: string, error: unknown): void {
    if (!isDeliberate(error)) return closeFor(this.peer, error);
    this.send({ type: 'error', code: 'gone', message: `cannot be read: ${failureText(error)}`, room });
    this.send({ type: 'bye', reason: 'failed', again: 'later' });
    this.peer.close('ended');
  }

  /** The journal has something to store or to read for the member: until `settled` it is not answered. */
  unsettled(): void {
    this.#unsettled++;
  }

  /** The member was told what became of something that it said. */
  settled(): void {
    if (--this.#unsettled > 0) return;
    this.pendingNames.clear();
    for (const run of this.#onSettled.splice(0)) run();
  }

  /** Calls `run` when the member has been told what became of all that it said; at once where that is so. */
  whenSettled(run: () => void): void {
    if (this.#unsettled === 0) run();
    else this.#onSettled.push(run);
  }

  /**
   * Runs what asks the journal for more than one page after all else of that kind, unless the member is gone by then: of
   * many requests only one takes memory, and none is worked on for who reads no answer.
   */
  enqueue(run: () => Promise<void>): Promise<void> {
    if (this.#turns >= maxTurns) return Promise.reject(new Refusal('limit', 'too many requests wait for their answer'));
    this.#turns++;
    const done = this.#turn.then(async () => {
      if (!this.gone) await run();
    });
    this.#turn = done.catch(() => {}).finally(() => this.#turns--);
    return done;
  }

  /** Resolves when the member has taken most of what it was told, or is gone. */
  drained(): Promise<void> {
    if (!this.full || this.gone) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Must be called on `drain` and on `close`. */
  onDrain(): void {
    this.full = false;
    this.share.set(0);
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }
}
