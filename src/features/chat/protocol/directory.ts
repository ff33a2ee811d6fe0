/** A name that somebody has in a chat. */
export interface Claim {
  /** The name as its owner spells it. */
  readonly name: string;
  /** The fingerprint of the secret of its owner. */
  readonly owner: string;
  /** The key of the member that bears it; undefined while the name is held for the return of its owner. */
  readonly member: string | undefined;
}

/**
 * The names and topics of a chat. Names are compared without regard to case. Several servers may share one, so every answer is
 * a promise. One conformance suite holds these guarantees: a name has one owner; of two claims at once, one wins; the claim of
 * its owner replaces the member that bore the name; a name that is held is its owner's alone until `holdMs` have passed.
 */
export interface Directory {
  /**
   * Gives `name` to the member of this key, for the owner of this fingerprint. Resolves with the member that bore it before for the
   * same owner, if another did. Rejects with a `Refusal` of code `name-taken`, which says for how long a held name stays so.
   */
  claim(name: string, owner: string, member: string): Promise<string | undefined>;
  /** Claims a name that nobody has, such as `guest-1`, and resolves with it. */
  claimGuest(owner: string, member: string): Promise<string>;
  /**
   * Takes the name from the member, if that still bears it. With `hold`, the owner alone may have it for a while, unless too many
   * names are held from the same `address`, or in all.
   */
  release(name: string, member: string, hold: boolean, address?: string): Promise<void>;
  /** Resolves with the claim on a name; undefined where nobody has it. */
  find(name: string): Promise<Claim | undefined>;
  /** Resolves with the topic of a room; empty where it has none. */
  topic(room: string): Promise<string>;
  /** Sets the topic of a room; an empty one is forgotten. */
  setTopic(room: string, topic: string): Promise<void>;
}
