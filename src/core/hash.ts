/** A hash of a stream, as it goes by. */
export interface Hash {
  /** Adds bytes, which are valid until this returns. */
  update(bytes: Uint8Array): void;
  /** The hash of all that was added, in lower-case hexadecimal. Called once. */
  hex(): string;
  /** Another hash, of the same bytes so far. */
  copy(): Hash;
}

/** Begins a new hash. Rooms that import nothing of Node's are given one. */
export type MakeHash = () => Hash;
