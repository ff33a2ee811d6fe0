import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Names for files that are being written, `START-HOST-PID-N`, which tell who writes them, as hosts and containers
 * may share a folder: so what a process left that was killed can be told from what another still writes.
 */
export class TempNames {
  #begun = 0;

  constructor(readonly start: string) {}

  /** The module that knows the name of the host is loaded when it is first needed: a port does not wait for it. */
  get #start(): string {
    return `${this.start}-${process.getBuiltinModule('node:os').hostname()}-`;
  }

  next(): string {
    return `${this.#start}${process.pid}-${++this.#begun}`;
  }

  /** Removes what processes of this host left in `folder` that are no more. What cannot be removed stays. */
  removeLeft(folder: string): void {
    for (const name of readdirSync(folder)) if (this.#isLeft(name)) removed(join(folder, name));
  }

  #isLeft(name: string): boolean {
    if (!name.startsWith(this.#start)) return false;
    const [, pid, part] = /^(\d+)-(\d+)\b/.exec(name.slice(this.#start.length)) ?? [];
    if (pid === undefined) return false;
    // One of our own number that we have not begun is of a process that had the number before us.
    return Number(pid) === process.pid ? Number(part) > this.#begun : !isAlive(Number(pid));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Of another user, it may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Removes a file, if it is there and may be removed. */
export function removed(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It has been renamed, or somebody has cleaned up.
  }
}
