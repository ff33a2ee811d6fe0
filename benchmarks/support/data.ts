import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a temporary folder that goes when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wireline-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file of `size` random bytes, one MiB of them again and again, and has it in the page cache. */
export function randomFile(path: string, size: number): string {
  const block = randomBytes(1024 * 1024);
  const fd = openSync(path, 'w+');
  for (let at = 0; at < size; at += block.length) writeSync(fd, block, 0, Math.min(block.length, size - at));
  for (let at = 0; at < size; at += readSync(fd, block, 0, block.length, at));
  closeSync(fd);
  return path;
}
