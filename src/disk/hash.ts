import { createHash, type Hash as NodeHash } from 'node:crypto';
import type { Hash } from '../core/index.js';

/** Begins a SHA-256 (FIPS 180-4). */
export function sha256(): Hash {
  return wrapped(createHash('sha256'));
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
