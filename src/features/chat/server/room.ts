import { attempt } from '../../../core/attempt.js';
import { joined } from '../../../core/index.js';
import type { Entry, Log, Saying } from '../protocol/journal.js';
import type { ServerMessage } from '../protocol/messages.js';
import { Refusal, wordsOf } from '../protocol/refusal.js';
import { News } from './broadcast.js';
import type { Accepted, Voice } from './encoder.js';
import type { FairQueue } from './fair-queue.js';
import { closeFor, type Member } from './member.js';
import { enoughForAll, portionsBy, portionsOf } from './portions.js';
import { Subscription } from './subscription.js';

/** A saying on its way to the log, and who is to be told. */
interface Said {
  readonly member: Member;
  readonly saying: Saying;
  readonly id: string | undefined;
}

/** What is to be told once to many members: encoded the first time that a dialect is asked for it. */
type Encoded = Map<Voice, Uint8Array>;

/**
 * A room that somebody is in: what is said goes to the log, and what the log has stored goes to the members. Nothing
 * is told that is not in the log, and nobody is waited for: each member takes one write a turn.
 */
export class Room {
  topic = '';
  readonly #members = new Map<Member, Subscription>();
  #said: Said[] = [];
  /** Comings, goings and the like of this turn, which are told together. */
  #events: ServerMessage[] = [];
  readonly #stopFollowing: () => void;

  constructor(
    readonly name: string,
    readonly log: Log,
    readonly reads: FairQueue,
  ) {
    this.#stopFollowing = log.follow(name, (entries) => this.#deliver(entries));
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
    const subscription = new Subscription(this.name, this.log, this.reads, member, position);
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

  /** Has the log store what a member says. It is told `ack` with its id, where it gave one, or why it was not stored. */
  say(member: Member, body: string, id?: string): void {
    const saying: Saying = { from: member.name, body };
    const keyed = id === undefined ? saying : { ...saying, key: `${member.owner}:${id}` };
    member.saying.add(member.name);
    member.unsettled();
    // All that comes in one read is one batch, and one promise.
    if (this.#said.push({ member, saying: keyed, id }) === 1) queueMicrotask(() => void this.#store());
  }

  /** Tells all members, at the end of the turn. */
  announce(event: ServerMessage): void {
    if (this.#events.push(event) > 1) return;
    // What was said before it is on its way to the log by the next microtask, and told first.
    queueMicrotask(() => setImmediate(() => this.#tellEvents()));
  }

  async #store(): Promise<void> {
    const all = this.#said;
    this.#said = [];
    // Each batch is stored whole, in one step.
    for (const said of portionsBy(all, ({ saying }) => saying.body.length, enoughForAll)) void this.#append(said);
  }

  async #append(said: readonly Said[]): Promise<void> {
    try {
      const entries = await this.log.append(
        this.name,
        said.map(({ saying }) => saying),
      );
      this.#accept(said, entries);
    } catch (error) {
      const message = `not stored: ${wordsOf(error)}`;
      for (const { member, id } of said) {
        member.refuse(new Refusal('not-stored', message), { room: this.name, ...(id === undefined ? {} : { id }) });
      }
    }
    for (const { member } of said) member.settled();
  }

  /** Tells senders what is stored: what came together from one of them, in one write. */
  #accept(said: readonly Said[], entries: readonly Entry[]): void {
    for (let at = 0; at < said.length; ) {
      const { member } = said[at] as Said;
      const accepted: Accepted[] = [];
      for (; said[at]?.member === member; at++) {
        const { id } = said[at] as Said;
        if (id !== undefined) accepted.push({ id, number: (entries[at] as Entry).number });
      }
      if (accepted.length > 0) member.write(member.voice.accepted(this.name, accepted));
    }
  }

  #deliver(entries: readonly Entry[]): void {
    let more = false;
    for (const some of portionsOf(entries, enoughForAll)) {
      this.#tellNews(some, more);
      more = true;
    }
  }

  #tellNews(entries: readonly Entry[], more: boolean): void {
    const news = new News(this.name, entries);
    for (const [member, subscription] of this.#members) {
      attempt(
        () => {
          if (!subscription.takes(entries, more)) return;
          news.tell(member.saying, member.voice, (bytes) => void member.write(bytes));
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
      if (before === 0) member.write(once(encoded, member.voice, (voice) => together(voice, events)));
      else member.write(together(member.voice, events.slice(before)));
    }
  }
}

function once(encoded: Encoded, voice: Voice, encode: (voice: Voice) => Uint8Array): Uint8Array {
  let bytes = encoded.get(voice);
  if (!bytes) {
    bytes = encode(voice);
    encoded.set(voice, bytes);
  }
  return bytes;
}

function together(voice: Voice, events: readonly ServerMessage[]): Uint8Array {
  return joined(events.map((event) => voice.message(event)));
}
