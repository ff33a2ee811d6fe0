import { refusalLine } from '../../../core/index.js';

const encoder = new TextEncoder();

/** The bytes of what a transform has made. Throws where it is neither bytes nor text. */
export function replyOf(made: unknown): Uint8Array {
  if (made instanceof Uint8Array) return made;
  if (typeof made === 'string') return encoder.encode(made);
  throw new TypeError(`the transform returned ${made === null ? 'null' : typeof made}, and not text or bytes`);
}

/** The reply for an error: `error: ...` in one line. */
export function errorReply(error: unknown): Uint8Array {
  const words = error instanceof Error ? error.message : String(error);
  return encoder.encode(refusalLine(words.replace(/\s+/g, ' ').slice(0, 1000)).trimEnd());
}
