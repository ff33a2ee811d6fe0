import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { WirelineError } from '../core/index.js';

/**
 * The room of a folder that others may fill: what is in it at the start, and what is stored later. What somebody else
 * puts there or removes meanwhile is not seen.
 */
export class Quota {
  #left: number;

  /** Counts what is under `folder`. `max` is in bytes. */
  constructor(
    folder: string,
    readonly max: number,
  ) {
    this.#left = Number.isFinite(max) ? max - bytesUnder(folder) : max;
  }

  /** Takes room for `bytes` more. Throws `refused` where there is too little. */
  take(bytes: number): void {
    if (bytes > this.#left) throw new WirelineError('refused', `the folder may hold ${this.max} bytes, and is full`);
    this.#left -= bytes;
  }

  /** Gives room back. */
  give(bytes: number): void {
    this.#left += bytes;
  }
}

/** The lengths of all files under a folder; links count nothing. */
function bytesUnder(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += bytesUnder(path);
    else if (entry.isFile()) bytes += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
