import type { Stats } from 'node:fs';

/** Bytes from which on a hash is worth its place: less is hashed in a millisecond. */
const least = 1024 * 1024;
/** Hashes that are known at a time. */
const most = 1000;
/** Milliseconds for which a hash is believed. What is written through a mapping may not show in a file's times for half a minute. */
const believed = 10 * 60_000;
/** A file that changed less than so many milliseconds ago may change again without its times showing it (git's racy index). */
const settling = 2000;

/**
 * The hashes of whole files that were worked out lately, so that a file that many fetch is hashed once. A file that
 * was changed, moved or replaced since is another one. At worst a receiver is told that what it got is damaged.
 */
export class HashCache {
  readonly #known = new Map<string, { hex: string; until: number }>();

  /** `now` gives the time as files have it, in milliseconds since 1970. */
  constructor(readonly now: () => number) {}

  /** The hash of the file that has this `stat` now. */
  of(stat: Stats): string | undefined {
    const found = this.#known.get(keyOf(stat));
    return found && found.until > this.now() ? found.hex : undefined;
  }

  /** Remembers the hash of a file that had this `stat` at the time `opened`, before it was read, and has it still. */
  learn(stat: Stats, opened: number, hex: string): void {
    if (stat.size < least || !isSettled(stat, opened)) return;
    const key = keyOf(stat);
    this.#known.delete(key);
    this.#known.set(key, { hex, until: this.now() + believed });
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** Returns true where a file with this `stat` at the time `opened` had been left alone for so long that a change would show in it. */
export function isSettled(stat: Stats, opened: number): boolean {
  return opened - stat.ctimeMs >= settling;
}

/** The key of a file: one that was changed, moved or replaced has another. */
export function keyOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs, ctimeMs].join();
}
