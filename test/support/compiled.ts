import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { removeFolder } from './folder.js';
import { missing } from './peers.js';

/** A program that was compiled for the tests of a file, or why it was not. */
export interface Compiled {
  readonly path: string;
  readonly unable: string | undefined;
}

/** Compiles a C program with the system's compiler. It is removed after the tests of the file. */
export function compiled(source: string): Compiled {
  const folder = mkdtempSync(join(tmpdir(), 'wireline-cc-'));
  afterAll(() => removeFolder(folder));
  const path = join(folder, 'program');
  const unable = missing('cc');
  if (unable !== undefined) return { path, unable };
  const flags = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-Wno-unused-result'];
  const { status, stderr } = spawnSync('cc', [...flags, '-o', path, source], { encoding: 'utf8' });
  // A compiler without the headers of the C library compiles nothing; a mistake in the program must show.
  const headers = /fatal error: \S+: No such file/.test(stderr) ? 'cc has no headers of the C library' : undefined;
  if (status !== 0 && headers === undefined) throw new Error(`cc: ${stderr}`);
  return { path, unable: headers };
}
