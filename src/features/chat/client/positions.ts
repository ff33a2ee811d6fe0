import { WirelineError } from '../../../core/index.js';
import type { ClientMessage, Joined, ServerMessage } from '../protocol/messages.js';

/** A new entry on its way. */
type Say = ClientMessage & { readonly type: 'say'; readonly id: string };

/** The entries of a room that could not be recovered: their number, which is unknown with another epoch. */
export interface Gap {
  readonly entries: number | undefined;
}

/** That something is missing, in words. */
export function describeGap({ entries }: Gap): string {
  if (entries === undefined) return 'the server has begun a new journal: what was said meanwhile is not known';
  return `${entries} ${entries === 1 ? 'message is' : 'messages are'} missing: the server does not have them any more`;
}

/** Where a client is in a room. */
interface Place {
  epoch: string | undefined;
  /** The last entry that was told. */
  after: number;
  /** The next entry may be any: the server has said from where it tells. */
  skips: boolean;
  joined: boolean;
}

/** Characters of a room's name, and of an id, that a refusal repeats. */
const maxRepeated = 128;

/** The rooms of a chat client, how far it has heard in each, and what it said that is not acknowledged. */
export class Positions {
  readonly #places = new Map<string, Place>();
  readonly #says = new Map<string, Say>();

  constructor(rooms: readonly string[]) {
    for (const room of rooms) this.join(room);
  }

  get names(): Iterable<string> {
    return this.#places.keys();
  }

  get pending(): number {
    return this.#says.size;
  }

  join(room: string): void {
    const key = roomKey(room);
    if (!this.#places.has(key)) this.#places.set(key, { epoch: undefined, after: -1, skips: false, joined: false });
  }

  /** Returns false where the room was not asked for, or did not let us in. */
  leave(room: string): boolean {
    return this.#places.delete(roomKey(room));
  }

  /** On a new connection nothing may be said in a room before it is joined again. */
  expectJoined(): void {
    for (const place of this.#places.values()) place.joined = false;
  }

  /**
   * Keeps a draft until it is settled. Returns whether it may be sent now; to a room that is not ours, to be refused.
   * Throws `usage` where another of its id is kept: the server would take it for that one, and store it never.
   */
  add(say: Say): boolean {
    const same = this.#says.get(say.id);
    if (same && (same.body !== say.body || roomKey(same.room) !== roomKey(say.room))) {
      throw new WirelineError('usage', `another message of the id ${say.id} is not yet acknowledged`);
    }
    this.#says.set(say.id, say);
    return this.#places.get(roomKey(say.room))?.joined ?? true;
  }

  /** Takes out the draft that an answer with this id is about. Returns its own id, where there is such a draft. */
  settle(id: string): string | undefined {
    const own = this.#says.has(id) ? id : [...this.#says.keys()].find((each) => each.slice(0, maxRepeated) === id);
    if (own !== undefined) this.#says.delete(own);
    return own;
  }

  /** The drafts that are not settled, in order. */
  get waiting(): readonly Say[] {
    return [...this.#says.values()];
  }

  /** Messages of a room that are not acknowledged, in order. */
  drafts(room: string): Say[] {
    return [...this.#says.values()].filter((say) => roomKey(say.room) === room);
  }

  /** The room that a refusal is about: of a name that is far too long it has the beginning. */
  resolve(room: string): string {
    return [...this.#places.keys()].find((name) => name.slice(0, maxRepeated) === room) ?? room;
  }

  /** Forgets a room that was asked for and is not joined, and gives what was to be said there. */
  drop(room: string): Say[] {
    const key = roomKey(room);
    if (this.#places.get(key)?.joined !== false) return [];
    this.#places.delete(key);
    return this.drafts(key);
  }

  /** Where a join is to go on from. */
  position(room: string): { epoch?: string; after?: number } {
    const place = this.#places.get(roomKey(room));
    return place?.epoch === undefined ? {} : { epoch: place.epoch, after: place.after };
  }

  /** Takes the answer to a join, and gives what is missing between what was heard before and what follows. */
  joined({ room, epoch, after, recovered }: Joined): Gap | undefined {
    const place = this.#places.get(room) ?? { epoch: undefined, after: -1, skips: false, joined: true };
    const before = { ...place };
    Object.assign(place, { epoch, after, joined: true, skips: false });
    this.#places.set(room, place);
    if (recovered || before.epoch === undefined) return undefined;
    if (before.epoch !== epoch) return { entries: undefined };
    return after > before.after ? { entries: after - before.after } : undefined;
  }

  /** The server no longer has what comes next: the next entry may be any. */
  allowGap(room: string): void {
    const place = this.#places.get(room);
    if (place) place.skips = true;
  }

  /** True if an entry is the next one, and not one that was told before. */
  accept({ room, number }: ServerMessage & { type: 'entry' }): boolean {
    const place = this.#places.get(room);
    if (!place || number <= place.after) return false;
    if (number > place.after + 1 && !place.skips)
      throw new WirelineError('failed', `entry ${number} of ${room} came after ${place.after}`);
    place.skips = false;
    place.after = number;
    return true;
  }
}

/** A room's name as the server answers with it: folded, in the usual width, and without a `#` before it. */
export function roomKey(room: string): string {
  const usual = room.replace(/^#+/, '').replace(/[\uff01-\uffee]/g, (wide) => wide.normalize('NFKC'));
  return usual.normalize('NFC').toLowerCase().normalize('NFC');
}
