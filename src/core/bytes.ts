import { textOf } from './reason.js';

/** A message where bytes are sent: bytes, or a string, which stands for its UTF-8. */
export type Sendable = Uint8Array | string;

/** The type that a service sends by default where it receives messages of type `In`: for bytes, strings too. */
export type Answering<In> = In extends Uint8Array ? Sendable : In;

/** Returns the bytes of `message`, a string as its UTF-8. Throws a `TypeError` for anything else. */
export function bytesOf(message: Sendable): Uint8Array {
  if (message instanceof Uint8Array) return message;
  if (typeof message === 'string') return Buffer.from(message);
  const given: unknown = message;
  const what = typeof given === 'object' && given !== null ? (given.constructor?.name ?? 'an object') : textOf(given);
  throw new TypeError(`only a Uint8Array or a string can be sent, and this was ${what}`);
}

/** Writes a message that is not bytes: a string, or a mistake of the caller, which costs the connection. */
export function writeOther(
  peer: { write(bytes: Uint8Array): boolean; fail(error: unknown): void },
  message: Sendable,
): boolean {
  let bytes: Uint8Array;
  try {
    bytes = bytesOf(message);
  } catch (error) {
    peer.fail(error);
    return false;
  }
  return peer.write(bytes);
}
