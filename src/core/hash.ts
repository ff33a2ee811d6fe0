/** A hash of a stream, as it goes by. */
export interface Hash {
  /** Adds bytes, which are valid until this returns. */
  update(bytes: Uint8Array): void;
  /** The hash of all bytes that were added, in lower-case hexadecimal. Called once. */
  hex(): string;
  /** Another hash, of the same bytes so far. */
  copy(): Hash;
}

/** Begins a new hash. */
export type MakeHash = () => Hash;

/**
 * Begins a SHA-256 (FIPS 180-4): the default wherever a hash is an option. It is that of `node:crypto`, which is
 * looked up with the first hash and not imported, so that a bundle for elsewhere can leave it alone.
 */
export function sha256(): Hash {
  return wrapped(process.getBuiltinModule('node:crypto').createHash('sha256'));
}

/** The part of a hash of Node's that is used here. */
interface NodeHash {
  update(bytes: Uint8Array): unknown;
  digest(encoding: 'hex'): string;
  copy(): NodeHash;
}

function wrapped(hash: NodeHash): Hash {
  return {
    update(bytes) {
      hash.update(bytes);
    },
    hex: () => hash.digest('hex'),
    copy: () => wrapped(hash.copy()),
  };
}
