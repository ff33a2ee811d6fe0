import { bytesOf, type Codec, retain } from '../core/index.js';

/** Bytes as they come: each chunk is a message, and means nothing. */
export function raw(): Codec<Uint8Array> {
  return {
    name: 'raw',
    decoder: (emit) => ({ push: (chunk) => void emit(chunk), end() {}, held: 0 }),
    encode: bytesOf,
    retain: retain,
  };
}
