import { attempt } from '../../../core/attempt.js';
import { concat } from '../../../core/index.js';
import type { ChatEvent } from '../protocol/events.js';
import type { Entry, Journal, NewEntry } from '../protocol/journal.js';
import { failureText, Refusal } from '../protocol/refusal.js';
import { Broadcast } from './broadcast.js';
import type { Ack, Encoder } from './encoder.js';
import { publishChat } from './events.js';
import type { FairQueue } from './fair-queue.js';
import { closeFor, type Member } from './member.js';
import { enoughForAll, portionsBy, portionsOf } from './portions.js';
import { Subscription } from './subscription.js';

/** A new entry on its way to the journal, and the member that waits for its number. */
interface PendingAppend {
  readonly member: Member;
  readonly draft: NewEntry;
  readonly id: string | undefined;
}

/** Events for many members, by their encoder: each encodes once. */
type Encoded = Map<Encoder, Uint8Array>;

/**
 * A room that somebody is in: what is said goes to the journal, and what the journal has stored goes to the members. Nothing
 * is told that is not in the journal, and nobody is waited for: each member receives one write per tick.
 */
export class Room {
  topic = '';
  readonly #members = new Map<Member, Subscription>();
  #said: PendingAppend[] = [];
  /** Comings, goings and the like of this turn, which are told together. */
  #events: ChatEvent[] = [];
  readonly #stopFollowing: () => void;

  constructor(
    readonly name: string,
    readonly journal: Journal,
    readonly reads: FairQueue,
  ) {
    this.#stopFollowing = journal.follow(name, (entries) => this.#deliver(entries));
  }

  get size(): number {
    return this.#members.size;
  }

  get members(): Iterable<Member> {
    return this.#members.keys();
  }

  /** Adds a member that has heard up to entry `position`. It hears nothing until its subscription is started. */
  add(member: Member, position: number): Subscription {
    this.announce({ type: 'join', room: this.name, name: member.name });
    const subscription = new Subscription(this.name, this.journal, this.reads, member, position);
    subscription.eventsBefore = this.#events.length;
    this.#members.set(member, subscription);
    return subscription;
  }

  /** Takes a member out. The room is of no more use when it was the last. */
  remove(member: Member): void {
    this.#members.get(member)?.stop();
    this.#members.delete(member);
    this.announce({ type: 'leave', room: this.name, name: member.name });
    if (this.#members.size === 0) this.#stopFollowing();
  }

  /** Has the journal store what a member says. It is told `ack` with its id, where it gave one, or why it was not stored. */
  say(member: Member, body: string, id?: string): void {
    const draft: NewEntry = { from: member.name, body };
    const keyed = id === undefined ? draft : { ...draft, key: `${member.owner}:${id}` };
    member.pendingNames.add(member.name);
    member.unsettled();
    // All that comes in one read is one batch, and one promise.
    if (this.#said.push({ member, draft: keyed, id }) === 1) queueMicrotask(() => void this.#store());
  }

  /** Tells all members, at the end of the turn. */
  announce(event: ChatEvent): void {
    if (this.#events.push(event) > 1) return;
    // Messages before it are on their way to the journal by the next microtask, and are sent first.
    queueMicrotask(() => setImmediate(() => this.#tellEvents()));
  }

  async #store(): Promise<void> {
    const all = this.#said;
    this.#said = [];
    // Each batch is stored whole, in one step.
    for (const said of portionsBy(all, ({ draft }) => draft.body.length, enoughForAll)) void this.#append(said);
  }

  async #append(said: readonly PendingAppend[]): Promise<void> {
    try {
      const entries = await this.journal.append(
        this.name,
        said.map(({ draft }) => draft),
      );
      this.#accept(said, entries);
      publishChat(() => ({ type: 'appended', room: this.name, count: said.length, last: entries.at(-1)?.number ?? 0 }));
    } catch (error) {
      publishChat(() => ({ type: 'not-stored', room: this.name, count: said.length, error }));
      const message = `not stored: ${failureText(error)}`;
      for (const { member, id } of said) {
        member.refuse(new Refusal('not-stored', message), { room: this.name, ...(id === undefined ? {} : { id }) });
      }
    }
    for (const { member } of said) member.settled();
  }

  /** Tells senders what is stored: what came together from one of them, in one write. */
  #accept(said: readonly PendingAppend[], entries: readonly Entry[]): void {
    for (let at = 0; at < said.length; ) {
      const { member } = said[at] as PendingAppend;
      const accepted: Ack[] = [];
      for (; said[at]?.member === member; at++) {
        const { id } = said[at] as PendingAppend;
        if (id !== undefined) accepted.push({ id, number: (entries[at] as Entry).number });
      }
      if (accepted.length > 0) member.write(member.encoder.acks(this.name, accepted));
    }
  }

  #deliver(entries: readonly Entry[]): void {
    let more = false;
    publishChat(() => ({ type: 'delivered', room: this.name, count: entries.length, members: this.size }));
    for (const some of portionsOf(entries, enoughForAll)) {
      this.#tellNews(some, more);
      more = true;
    }
  }

  #tellNews(entries: readonly Entry[], more: boolean): void {
    const news = new Broadcast(this.name, entries);
    for (const [member, subscription] of this.#members) {
      attempt(
        () => {
          if (!subscription.advance(entries, more)) return;
          news.tell(member.pendingNames, member.encoder, (bytes) => void member.write(bytes));
        },
        (error) => closeFor(member.peer, error),
      );
    }
  }

  #tellEvents(): void {
    const events = this.#events;
    this.#events = [];
    const encoded: Encoded = new Map();
    for (const [member, subscription] of this.#members) {
      const before = subscription.eventsBefore;
      subscription.eventsBefore = 0;
      if (before === 0) member.write(once(encoded, member.encoder, (encoder) => together(encoder, events)));
      else member.write(together(member.encoder, events.slice(before)));
    }
  }
}

function once(encoded: Encoded, encoder: Encoder, encode: (encoder: Encoder) => Uint8Array): Uint8Array {
  let bytes = encoded.get(encoder);
  if (!bytes) {
    bytes = encode(encoder);
    encoded.set(encoder, bytes);
  }
  return bytes;
}

function together(encoder: Encoder, events: readonly ChatEvent[]): Uint8Array {
  return concat(events.map((event) => encoder.message(event)));
}
