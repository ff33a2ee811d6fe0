import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** Removes a folder. Programs that were just killed may still write into it, so that this is tried for some seconds. */
export function removeFolder(path: string): void {
  const until = Date.now() + 5_000;
  for (;;) {
    try {
      return rmSync(path, { recursive: true, force: true });
    } catch (error) {
      // The retries of rmSync itself look for no new files (Node 20).
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || Date.now() > until) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/** A new folder, which is removed after the tests of the file. Its path is short enough for a Unix socket. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wl-'));
  afterAll(() => removeFolder(folder));
  return folder;
}

/** A new folder for one test, which is removed at its end; by its real path, as a link may lead to where it is. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'wireline-')));
  onTestFinished(() => removeFolder(path));
  return path;
}
