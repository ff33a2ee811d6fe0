import type { Clock, Timer } from '../../../core/index.js';
import { casefold } from '../protocol/names.js';
import { Refusal } from '../protocol/refusal.js';

/** Who has a name: the one that knows a secret, of which only a fingerprint is kept. */
interface Holder<M> {
  readonly name: string;
  readonly owner: string;
  /** Who bears it now; undefined while it is held for the owner's return. */
  member: M | undefined;
  timer?: Timer;
  /** When it is held no longer, by the clock. */
  until?: number;
  /** The address it was last borne from, while it is held. */
  from?: string;
}

/** Names that are held for members that are gone, in all and of one address: one more is not held. Stops a flood from freeing those of others. */
const maxHeld = 10_000;
const maxHeldEach = 100;

/** The names of a chat: each is one member's, in any case, also for a while after the member is gone. */
export class NickRegistry<M> {
  readonly #holders = new Map<string, Holder<M>>();
  #guests = 0;
  #held = 0;
  /** Names that are held, by address. */
  readonly #heldEach = new Map<string, number>();

  constructor(
    readonly clock: Clock,
    /** Milliseconds for which a name is held for its owner's return. */
    readonly holdMs: number,
  ) {}

  /** Who bears `name` now. */
  find(name: string): M | undefined {
    return this.#holders.get(casefold(name))?.member;
  }

  /**
   * Gives `name` to `member`, whose fingerprint is `owner`, and gives back who bore it before with the same secret:
   * a connection that its owner has lost. Throws `name-taken` where another owner has it.
   */
  acquire(name: string, owner: string, member: M): M | undefined {
    const key = casefold(name);
    const before = this.#holders.get(key);
    if (before && before.owner !== owner) throw this.#taken(before);
    if (before && !before.member) this.#drop(key, before);
    this.#holders.set(key, { name, owner, member });
    return before?.member === member ? undefined : before?.member;
  }

  /** Returns the member that bears `name` for the owner of this fingerprint, if there is one. */
  of(name: string, owner: string): M | undefined {
    const holder = this.#holders.get(casefold(name));
    return holder?.owner === owner ? holder.member : undefined;
  }

  #taken({ name, member, until = 0 }: Holder<M>): Refusal {
    if (member) return new Refusal('name-taken', `the name ${name} is in use`);
    const waitMs = Math.max(0, until - this.clock.now());
    const words = `the name ${name} is held for ${Math.ceil(waitMs / 1000)} s, for the return of its owner`;
    return new Refusal('name-taken', words, { waitMs });
  }

  /** A name that nobody has: `guest-1` and so on. */
  guest(): string {
    let name: string;
    do name = `guest-${++this.#guests}`;
    while (this.#holders.has(name));
    return name;
  }

  /**
   * Takes `name` from `member`, if it still bears it; with `hold`, its owner alone may have it for a while, unless too
   * many names are held of the same address, or in all.
   */
  release(name: string, member: M, hold: boolean, address = ''): void {
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

  #drop(key: string, holder: Holder<M>): void {
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
