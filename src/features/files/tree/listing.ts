import { accessSync, closeSync, constants, type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { WirelineError } from '../../../core/index.js';
import { isPart } from '../../../io/new-file.js';
import type { TreeListing } from '../protocol/tree.js';
import { inOpen, openInside, readOnly } from './inside.js';

/** Lists a folder by name. Each entry is looked at when it is taken. */
export function listFolder(root: string, parts: readonly string[]): Iterable<TreeListing> {
  const { fd, real } = openInside(root, parts, readOnly | constants.O_DIRECTORY);
  try {
    const here = inOpen(fd, root, parts);
    const found = readdirSync(here, { withFileTypes: true }).filter(({ name }) => !isPart(name));
    found.sort((one, other) => (one.name < other.name ? -1 : 1));
    return entriesOf(root, parts, { fd, real, here }, found);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The entries of a folder that is open, and is closed with the last of them. */
function* entriesOf(
  root: string,
  parts: readonly string[],
  { fd, real, here }: { fd: number; real: string; here: string },
  found: readonly Dirent[],
): Generator<TreeListing, void, void> {
  // A circle has a link in it: only there all folders above are looked up.
  const leadsBack = (name: string, to: string) =>
    to !== join(real, name) && [...parts, ''].some((_, depth) => realOf(root, parts.slice(0, depth)) === to);
  try {
    for (const { name } of found) {
      // An entry that is no link need not be opened: its place is known.
      const stat = lstatSync(join(here, name), { throwIfNoEntry: false });
      if (!stat) continue;
      if (stat.isSymbolicLink()) yield* entryOf(root, [...parts, name], leadsBack);
      else if (isReadable(join(here, name))) yield* entryFor(name, stat);
    }
  } finally {
    closeSync(fd);
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function entryFor(name: string, stat: Stats): TreeListing[] {
  if (stat.isDirectory()) return [{ name, type: 'folder', size: 0, time: stat.mtimeMs }];
  return stat.isFile() ? [{ name, type: 'file', size: stat.size, time: stat.mtimeMs, mode: stat.mode & 0o777 }] : [];
}

function realOf(root: string, parts: readonly string[]): string {
  const { fd, real } = openInside(root, parts, readOnly);
  closeSync(fd);
  return real;
}

/**
 * Returns the entry of a list for the last of `parts`: none where it would be refused, or where it is a link that
 * `leadsBack` to a folder above, so that a client that fetches all entries comes to an end.
 */
function entryOf(
  root: string,
  parts: readonly string[],
  leadsBack: (name: string, to: string) => boolean,
): TreeListing[] {
  const name = parts.at(-1) as string;
  try {
    const { fd, stat, real } = openInside(root, parts, readOnly);
    closeSync(fd);
    return stat.isDirectory() && leadsBack(name, real) ? [] : entryFor(name, stat);
  } catch (error) {
    if (error instanceof WirelineError && error.code === 'refused') return [];
    throw error;
  }
}
