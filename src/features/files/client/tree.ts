import { accessSync, constants, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { errorText } from '../../../core/index.js';
import { isPart } from '../../../io/new-file.js';

/** A file of a tree, or a folder of it from which nothing else comes. */
export interface TreeEntry {
  readonly path: string;
  /** Its path below the folder that was walked, with `/` between the parts; empty for that folder itself. */
  readonly below: string;
  readonly stat: Stats;
}

/** Is called for what is left out, with the end of a sentence that says why. */
export type LeaveOut = (path: string, why: string) => void;

/**
 * The regular files under the folder at `path`, by name, and the folders in which there is nothing. A symbolic link is
 * followed where it stays in the folder and does not lead back to one that it is in. What else there is, or cannot be
 * read, is left out.
 */
export function* filesUnder(path: string, leaveOut: LeaveOut): Generator<TreeEntry, void, void> {
  yield* walked({ path, below: '', stat: statSync(path) }, { root: realpathSync(path), above: [], leaveOut });
}

interface Walk {
  readonly root: string;
  /** The real paths of the folders that this one is in. */
  readonly above: readonly string[];
  readonly leaveOut: LeaveOut;
}

function* walked(folder: TreeEntry, { root, above, leaveOut }: Walk): Generator<TreeEntry, void, void> {
  const names = attempt(folder.path, leaveOut, () => readdirSync(folder.path).sort());
  if (!names) return;
  const here = [...above, realpathSync(folder.path)];
  let empty = true;
  for (const name of names) {
    const path = join(folder.path, name);
    const stat = attempt(path, leaveOut, () => statOf(path, name, root, here));
    if (typeof stat === 'string') leaveOut(path, stat);
    else if (stat) {
      const entry = { path, below: folder.below === '' ? name : `${folder.below}/${name}`, stat };
      if (stat.isDirectory()) yield* walked(entry, { root, above: here, leaveOut });
      else yield entry;
      empty = false;
    }
  }
  if (empty) yield folder;
}

/** Returns the file or folder at `path`, or the reason to leave it out. */
function statOf(path: string, name: string, root: string, above: readonly string[]): Stats | string {
  if (isPart(name)) return 'is the part of a file that is not whole yet';
  const own = lstatSync(path);
  const stat = own.isSymbolicLink() ? statSync(path) : own;
  if (own.isSymbolicLink()) {
    const real = realpathSync(path);
    if (!`${real}${sep}`.startsWith(`${root}${sep}`)) return 'is a link that leads out of the folder';
    if (stat.isDirectory() && above.includes(real)) return 'is a link to a folder that it is in';
  }
  if (!stat.isDirectory() && !stat.isFile()) return 'is no regular file';
  accessSync(path, constants.R_OK);
  return stat;
}

function attempt<T>(path: string, leaveOut: LeaveOut, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    leaveOut(path, `cannot be read: ${errorText(error)}`);
    return undefined;
  }
}
