import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A new folder, which is removed after the tests of the file. Its path is short enough for a Unix socket. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wl-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new folder for one test, which is removed at its end; by its real path, as a link may lead to where it is. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'wireline-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
