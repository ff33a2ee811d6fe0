import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Why there are no small disks here, or undefined where there are. */
export function whyNoDisk(): string | undefined {
  if (process.platform !== 'linux') return 'tmpfs is a thing of Linux';
  if (process.getuid?.() !== 0) return 'to mount a tmpfs needs root';
  try {
    unmounted(mounted('size=64k'));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A file system of a test's own, in memory: `options` are of tmpfs(5), as `size=2m`. It goes with the test. */
export function smallDisk(options: string): string {
  const path = mounted(options);
  onTestFinished(() => unmounted(path));
  return path;
}

/** Bytes that are taken on the disk at `path`. */
export function usedOn(path: string): number {
  const { blocks, bfree, bsize } = statfsSync(path);
  return (blocks - bfree) * bsize;
}

function mounted(options: string): string {
  const path = mkdtempSync(join(tmpdir(), 'wireline-disk-'));
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  if (status === 0) return path;
  rmdirSync(path);
  throw new Error(`mount: ${error?.message ?? String(stderr).trim()}`);
}

function unmounted(path: string): void {
  // A program that is being killed may still have it open.
  spawnSync('umount', ['-l', path]);
  rmdirSync(path);
}
