import { type Clock, type MakeHash, sha256, systemClock } from '../../../core/index.js';
import type { Directory } from '../protocol/directory.js';
import type { Journal } from '../protocol/journal.js';
import type { RateLimit } from './rate-limiter.js';

/** Options of a chat server. Each limit names what it stops. */
export interface ChatServerOptions {
  /** Stores the messages; members receive them from it. */
  readonly journal: Journal;
  /** Its names and topics (default: in memory, with `holdMs`). */
  readonly directory?: Directory;
  readonly clock?: Clock;
  /** Makes the fingerprints of secrets (default {@link sha256}). */
  readonly hash?: MakeHash;
  /** The room that plain-text clients are in first (default `lobby`). */
  readonly lobby?: string;
  /** Milliseconds for which a name is held for its owner's return (default 60,000). */
  readonly holdMs?: number;
  /** Entries told on joining to who names no position (default 50). */
  readonly replay?: number;
  /** The longest message, in bytes (default 256 KiB): stops one member from taking all memory. */
  readonly maxMessage?: number;
  /** Bytes that may wait for a member before it is closed as `slow` (default 4 MiB). */
  readonly maxBacklog?: number;
  /** Bytes that all members together may hold: of messages that are not whole, and of what they have not read (default 256 MiB). */
  readonly memory?: number;
  /** Rooms that there may be, and that one member may be in (default 10,000 and 50). */
  readonly maxRooms?: number;
  readonly maxRoomsEach?: number;
  /** Members that a room may have (default 10,000). */
  readonly maxMembers?: number;
  /** The rate at which a member may send (default 20 messages a second, 100 at once, delayed by up to a minute). */
  readonly rateLimit?: RateLimit;
}

/** Where a client that was there before says that it was. */
export interface ResumePoint {
  readonly epoch?: string | undefined;
  readonly after?: number | undefined;
  readonly replay?: number | undefined;
}

/** The defaults of {@link ChatServerOptions}. */
export const defaults = {
  clock: systemClock,
  hash: sha256,
  lobby: 'lobby',
  holdMs: 60_000,
  replay: 50,
  maxMessage: 256 * 1024,
  maxBacklog: 4 * 1024 * 1024,
  memory: 256 * 1024 * 1024,
  maxRooms: 10_000,
  maxRoomsEach: 50,
  maxMembers: 10_000,
  rateLimit: { rate: 20, burst: 100, maxDelayMs: 60_000 },
} as const;
