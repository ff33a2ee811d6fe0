import { createHash } from 'node:crypto';
import type { Hash } from '../core/index.js';

/** Begins a SHA-256 (FIPS 180-4). */
export function sha256(): Hash {
  const hash = createHash('sha256');
  return {
    update(bytes) {
      hash.update(bytes);
    },
    hex: () => hash.digest('hex'),
  };
}
