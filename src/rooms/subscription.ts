import type { Entry, Log } from '../core/index.js';
import { closeFor, type Member } from './member.js';

/** Entries that are read at a time for who has some to catch up with. */
const page = 32;
/** Characters of bodies that are told at a time to who has some to catch up with, but for a longer one. */
const enough = 64 * 1024;

/**
 * A member's place in a room: first it catches up from the log, no faster than it reads, and then it is told what
 * is new. Between the two there is no gap and no repeat: whatever is not the next entry is read from the log.
 */
export class Subscription {
  #live = false;
  #ended = false;
  /** How many of the room's events of this turn the member does not need: they were before it came. */
  eventsBefore = 0;

  constructor(
    readonly room: string,
    readonly log: Log,
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

  /** Whether the member is to be told these new entries now; otherwise it will read them from the log. */
  takes(entries: readonly Entry[]): boolean {
    if (!this.#live) return false;
    const [first] = entries;
    if (first?.number !== this.position + 1) {
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
      while (!this.#over && this.log.extent(this.room).last > this.position) await this.#readOn();
      this.#live = true;
    } catch (error) {
      closeFor(this.member.peer, error);
    }
  }

  async #readOn(): Promise<void> {
    const entries = await this.log.read(this.room, { after: this.position, limit: page });
    if (this.#over) return;
    const { first, last } = this.log.extent(this.room);
    const next = entries[0]?.number ?? Math.max(first, Math.min(last, this.position) + 1);
    if (next > this.position + 1) this.#tellGap(next);
    this.position = next - 1;
    if (!this.#tell(entries) && !this.member.gone) await this.member.drained();
  }

  /** Tells entries until there are no more, or the member should be told no more for now: the rest is read again. */
  #tell(entries: readonly Entry[]): boolean {
    let more = true;
    for (let from = 0; more && from < entries.length; ) {
      const some = entries.slice(from, endOfPortion(entries, from));
      more = this.member.write(this.member.voice.entries(this.room, some));
      from += some.length;
      this.position += some.length;
    }
    return more;
  }

  get #over(): boolean {
    return this.#ended || this.member.gone;
  }

  /** The log dropped entries while the member was on its way to them. */
  #tellGap(next: number): void {
    const message = `entries ${this.position + 1} to ${next - 1} are no longer kept`;
    this.member.tell({ type: 'error', code: 'gone', message, room: this.room });
  }
}

function endOfPortion(entries: readonly Entry[], from: number): number {
  let size = 0;
  let to = from;
  do size += (entries[to++] as Entry).body.length;
  while (to < entries.length && size < enough);
  return to;
}
