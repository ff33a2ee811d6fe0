import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A new folder, which is removed after the tests of the file. Its path is short enough for a Unix socket. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wl-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
