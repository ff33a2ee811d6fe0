import { readFileSync } from 'node:fs';
import type net from 'node:net';
import { tightPart } from '../../core/index.js';

/** Descriptors that are kept, at most, for other things than connections, and as many for telling who is refused why. */
const most = 32;

/** The verdict on a new connection, by the descriptors that are left: a place, a line that refuses, or nothing. */
export type Admission = 'serve' | 'refuse' | 'drop';

/**
 * Says what there is room for. Where a process has no descriptor left, the system's connections are accepted and ended
 * in order by libuv, without a word to anybody, and a sender takes that for its receipt: so it must not come to that.
 */
export class Descriptors {
  #known: number | undefined;
  /** Descriptors that were in use for other things than connections when the last one came. */
  #others = 0;

  /** The `limit` is that of the process where none is given. It is looked up for the first connection: the port waits. */
  constructor(limit?: number) {
    this.#known = limit;
  }

  get limit(): number {
    this.#known ??= descriptorLimit();
    return this.#known;
  }

  /** Returns the verdict on one more connection, where `served` are served already. */
  roomFor(accepted: net.Socket, served: number): Admission {
    // The system gives the lowest number that is free.
    const fd = (accepted as unknown as { _handle: { fd?: number } | null })._handle?.fd ?? -1;
    this.#others = Math.max(0, fd - served);
    if (fd < this.#most) return 'serve';
    return fd < this.limit - this.#spare ? 'refuse' : 'drop';
  }

  /** True if over nine tenths are in use, where `served` connections are served. */
  tight(served: number): boolean {
    return this.#others + served > this.#most * tightPart;
  }

  get #spare(): number {
    return Math.min(most, Math.floor(this.limit / 8));
  }

  get #most(): number {
    return this.limit - 2 * this.#spare;
  }
}

/** The number of descriptors that the process may have; infinite where the system does not say. */
function descriptorLimit(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return Number(soft ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
