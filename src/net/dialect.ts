import type { Service } from '../core/connection.js';

/** One of several ways to speak on one port, told from the others by the first bytes that a client sends. */
export interface Dialect {
  readonly name: string;
  /** True if a client that sends `first` speaks this dialect; undefined where that takes more bytes to tell. */
  matches(first: Uint8Array): boolean | undefined;
  /** The same for the first bytes of a client that was greeted: a person may begin a line like a program (default: `matches`). */
  afterGreeting?(first: Uint8Array): boolean;
  readonly service: Service;
}

/** True if `bytes` begin with `start`; undefined where they end before that is decided. */
export function startsWith(bytes: Uint8Array, start: Uint8Array): boolean | undefined {
  const length = Math.min(bytes.length, start.length);
  for (let i = 0; i < length; i++) if (bytes[i] !== start[i]) return false;
  return bytes.length >= start.length ? true : undefined;
}
