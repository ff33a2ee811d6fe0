import type { Entry, Journal } from '../protocol/journal.js';
import type { FairQueue } from './fair-queue.js';
import type { Member } from './member.js';
import { enough, portionsOf } from './portions.js';

const nothing = new Uint8Array(0);

/** Entries that are read at a time for a member that catches up. */
const page = 32;

/**
 * A member's place in a room: first it catches up from the journal, no faster than it reads, and then it is told what
 * is new. Between the two there is no gap and no repeat: whatever is not the next entry is read from the journal.
 */
export class Subscription {
  #live = false;
  #wasLive = false;
  /** The last entry from before the member came that it was told. */
  #past: Entry | undefined;
  #ended = false;
  /** The number of the room's events of this tick that came before the member, which does not need them. */
  eventsBefore = 0;

  constructor(
    readonly room: string,
    readonly journal: Journal,
    readonly reads: FairQueue,
    readonly member: Member,
    /** The number of the last entry that the member was told. */
    public position: number,
  ) {}

  /** Catches up, and is live from then on. */
  start(): void {
    void this.#catchUp();
  }

  stop(): void {
    this.#ended = true;
  }

  /**
   * True if the member receives these new entries now; otherwise it reads them from the journal. Entries `more`
   * of one turn are too much for a member that has still to take those before: it has had no time to be slow.
   */
  advance(entries: readonly Entry[], more = false): boolean {
    if (!this.#live) return false;
    const [first] = entries;
    if (first?.number !== this.position + 1 || (more && this.member.full)) {
      this.#live = false;
      this.start();
      return false;
    }
    this.position += entries.length;
    return true;
  }

  async #catchUp(): Promise<void> {
    try {
      // The extent is looked at in the turn in which following begins: see Log.
      while (!this.#over && this.journal.bounds(this.room).last > this.position) {
        // No page is held while its member is waited for: what it does not take is read again.
        await this.member.drained();
        await this.reads.add(() => this.#readOn());
      }
      this.#live = true;
      if (this.#past && !this.#over) this.#write(this.member.encoder.present?.() ?? nothing);
      this.#past = undefined;
      this.#wasLive = true;
    } catch (error) {
      this.member.end(this.room, error);
    }
  }

  /** Tells the member a page of the journal, or as much of it as it takes. */
  async #readOn(): Promise<void> {
    // Nothing is read for a member that has left meanwhile.
    if (this.#over) return;
    const entries = await this.journal.read(this.room, { after: this.position, limit: page, enough });
    if (this.#over) return;
    const { first, last } = this.journal.bounds(this.room);
    const next = entries[0]?.number ?? Math.max(first, Math.min(last, this.position) + 1);
    if (next > this.position + 1) this.#tellGap(next);
    this.position = next - 1;
    for (const some of portionsOf(entries)) {
      this.position += some.length;
      if (!this.#write(this.#encoded(some))) return;
    }
  }

  #encoded(entries: readonly Entry[]): Uint8Array {
    const { encoder } = this.member;
    if (this.#wasLive || !encoder.past) return encoder.entries(this.room, entries);
    const bytes = encoder.past(entries, this.#past);
    this.#past = entries.at(-1);
    return bytes;
  }

  /** Entries from before it joined are an answer. Later it may be behind as well, but has not asked for that. */
  #write(bytes: Uint8Array): boolean {
    return this.#wasLive ? this.member.write(bytes) : this.member.writeAnswer(bytes);
  }

  get #over(): boolean {
    return this.#ended || this.member.gone;
  }

  /** The journal dropped entries while the member was on its way to them. */
  #tellGap(next: number): void {
    const message = `entries ${this.position + 1} to ${next - 1} are no longer kept`;
    this.member.send({ type: 'error', code: 'gone', message, room: this.room });
  }
}
