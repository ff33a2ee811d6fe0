import { fchmodSync, futimesSync } from 'node:fs';
import type { FileAttributes } from '../core/file-attributes.js';

/**
 * The permission bits of a file while it is written. It may be private, and its own bits are known only when it is whole.
 */
export const privateMode = 0o600;

/**
 * Gives an open file its attributes: never more rights than `mode`, of which the umask of the process takes some more, as
 * it does for each new file. A file system that knows none of this keeps its own.
 */
export function setAttributes(fd: number, { mode = 0o666, time }: FileAttributes): void {
  attempt(() => fchmodSync(fd, mode & 0o777 & ~process.umask()));
  if (time !== undefined) attempt(() => futimesSync(fd, Date.now() / 1000, time / 1000));
}

function attempt(run: () => void): void {
  try {
    run();
  } catch {
    // The bytes matter more.
  }
}
