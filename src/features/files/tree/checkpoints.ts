import type { Stats } from 'node:fs';
import type { Hash } from '../../../core/index.js';
import { isSettled, keyOf } from './hash-cache.js';

/** Files whose checkpoints are known at a time, and checkpoints of each: a hash takes some hundred bytes. */
const most = { files: 64, each: 64 };
/** Bytes between two checkpoints at least: so many are hashed in a few milliseconds. */
const leastStep = 4 * 1024 * 1024;
/** Milliseconds for which they are believed, as the hashes of whole files are. */
const believed = 10 * 60_000;

/** The hash of a file's first bytes. */
export interface Checkpoint {
  readonly at: number;
  readonly hash: Hash;
}

/**
 * Hashes of the beginnings of large files, each to be gone on with, so that a client which asks for the rest of a file has
 * no more than a 64th of it hashed anew, however often it asks. A file that was changed since is another one.
 */
export class Checkpoints {
  readonly #files = new Map<string, { readonly until: number; readonly points: Checkpoint[] }>();

  /** `now` gives the time as files have it, in milliseconds since 1970. */
  constructor(readonly now: () => number) {}

  /** The last checkpoint of the file that has this `stat` at or before byte `at`, with a hash of the caller's own. */
  before(stat: Stats, at: number): Checkpoint | undefined {
    const found = this.#files.get(keyOf(stat));
    if (!found || found.until <= this.now()) return undefined;
    const point = found.points.findLast((each) => each.at <= at);
    return point && { at: point.at, hash: point.hash.copy() };
  }

  /** The hash has come to byte `at` of a file that had this `stat` at the time `opened`: it is remembered now and then. */
  passed(stat: Stats, opened: number, { at, hash }: Checkpoint): void {
    const step = Math.max(leastStep, Math.ceil(stat.size / most.each));
    if (stat.size < step || !isSettled(stat, opened)) return;
    const points = this.#pointsOf(keyOf(stat));
    const last = points.at(-1)?.at ?? 0;
    if (at >= last + step) points.push({ at, hash: hash.copy() });
  }

  #pointsOf(key: string): Checkpoint[] {
    const known = this.#files.get(key);
    if (known && known.until > this.now()) return known.points;
    const made = { until: this.now() + believed, points: [] };
    this.#files.delete(key);
    this.#files.set(key, made);
    const [oldest] = this.#files.keys();
    if (this.#files.size > most.files && oldest !== undefined) this.#files.delete(oldest);
    return made.points;
  }
}
