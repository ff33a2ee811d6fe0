import { type Clock, systemClock, type Timer } from '../../../core/index.js';
import type { Claim, Directory } from '../protocol/directory.js';
import { casefold } from '../protocol/names.js';
import { Refusal } from '../protocol/refusal.js';

/** Options of {@link memoryDirectory}. */
export interface MemoryDirectoryOptions {
  /** Milliseconds for which a name is held for its owner's return (default 60,000). */
  readonly holdMs?: number;
  readonly clock?: Clock;
}

/** A directory in the memory of one server: the specification. Nothing of it survives the process. */
export function memoryDirectory({ holdMs = 60_000, clock = systemClock }: MemoryDirectoryOptions = {}): Directory {
  return new MemoryDirectory(holdMs, clock);
}

interface Holder {
  readonly name: string;
  readonly owner: string;
  member: string | undefined;
  timer?: Timer;
  /** When it is held no longer, by the clock. */
  until?: number;
  /** The address it was last borne from, while it is held. */
  from?: string;
}

/** Names that are held for members that are gone, in all and of one address: one more is not held. Stops a flood from freeing those of others. */
const maxHeld = 10_000;
const maxHeldEach = 100;

class MemoryDirectory implements Directory {
  readonly #holders = new Map<string, Holder>();
  readonly #topics = new Map<string, string>();
  #guests = 0;
  #held = 0;
  /** Names that are held, by address. */
  readonly #heldEach = new Map<string, number>();

  constructor(
    readonly holdMs: number,
    readonly clock: Clock,
  ) {}

  async claim(name: string, owner: string, member: string): Promise<string | undefined> {
    const key = casefold(name);
    const before = this.#holders.get(key);
    if (before && before.owner !== owner) throw this.#taken(before);
    if (before && before.member === undefined) this.#drop(key, before);
    this.#holders.set(key, { name, owner, member });
    return before?.member === member ? undefined : before?.member;
  }

  async claimGuest(owner: string, member: string): Promise<string> {
    let name: string;
    do name = `guest-${++this.#guests}`;
    while (this.#holders.has(name));
    this.#holders.set(name, { name, owner, member });
    return name;
  }

  async find(name: string): Promise<Claim | undefined> {
    const holder = this.#holders.get(casefold(name));
    return holder && { name: holder.name, owner: holder.owner, member: holder.member };
  }

  async topic(room: string): Promise<string> {
    return this.#topics.get(room) ?? '';
  }

  async setTopic(room: string, topic: string): Promise<void> {
    if (topic === '') this.#topics.delete(room);
    else this.#topics.set(room, topic);
  }

  async release(name: string, member: string, hold: boolean, address = ''): Promise<void> {
    const key = casefold(name);
    const holder = this.#holders.get(key);
    if (holder?.member !== member) return;
    this.#holders.delete(key);
    if (!hold || this.holdMs === 0) return;
    const ofAddress = this.#heldEach.get(address) ?? 0;
    if (this.#held >= maxHeld || ofAddress >= maxHeldEach) return;
    this.#heldEach.set(address, ofAddress + 1);
    holder.from = address;
    holder.member = undefined;
    holder.until = this.clock.now() + this.holdMs;
    holder.timer = this.clock.after(this.holdMs, () => this.#drop(key, holder));
    this.#held++;
    this.#holders.set(key, holder);
  }

  #taken({ name, member, until = 0 }: Holder): Refusal {
    if (member !== undefined) return new Refusal('name-taken', `the name ${name} is in use`);
    const waitMs = Math.max(0, until - this.clock.now());
    const words = `the name ${name} is held for ${Math.ceil(waitMs / 1000)} s, for the return of its owner`;
    return new Refusal('name-taken', words, { waitMs });
  }

  #drop(key: string, holder: Holder): void {
    holder.timer?.stop();
    if (this.#holders.get(key) !== holder) return;
    this.#holders.delete(key);
    this.#held--;
    const { from = '' } = holder;
    const left = (this.#heldEach.get(from) ?? 0) - 1;
    if (left > 0) this.#heldEach.set(from, left);
    else this.#heldEach.delete(from);
  }
}
