import { closeSync, constants, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NewFile, NewFileOptions } from '../../../core/index.js';
import { newFile } from '../../../io/new-file.js';
import type { Quota } from '../../../io/quota.js';
import { inOpen, notFound, type Opened, openInside, readOnly } from './inside.js';

const folderFlags = readOnly | constants.O_DIRECTORY;

/** Begins a file below `root`, in folders that are made where they are missing, and that go again with a file that is cut. */
export function create(root: string, parts: readonly string[], how: NewFileOptions, quota: Quota): NewFile {
  const name = parts.at(-1);
  if (name === undefined) throw notFound();
  const folder = madeFolder(root, parts.slice(0, -1));
  let file: NewFile;
  try {
    file = newFile({ fd: folder.fd, path: inOpen(folder.fd, root, parts.slice(0, -1)) }, name, how, quota);
  } catch (error) {
    closeSync(folder.fd);
    folder.undo();
    throw error;
  }
  return {
    write: (bytes) => file.write(bytes),
    flush: () => file.flush(),
    finish() {
      try {
        file.finish();
      } catch (error) {
        folder.undo();
        throw error;
      }
      folder.keep();
    },
    abort() {
      file.abort();
      folder.undo();
    },
  };
}

/** Makes the folder at `parts` below `root`, and those that it is in. */
export function makeFolder(root: string, parts: readonly string[]): void {
  closeSync(madeFolder(root, parts).fd);
}

/** An open folder. Those that were made for it go with `undo`, where nothing is in them, unless they are kept. */
interface MadeFolder {
  readonly fd: number;
  keep(): void;
  undo(): void;
}

function madeFolder(root: string, parts: readonly string[]): MadeFolder {
  const known = folderThere(root, parts);
  const made: number[] = [];
  let { fd } = known ?? openInside(root, [], folderFlags);
  const undo = () => {
    for (const depth of made.splice(0).reverse()) removeFolder(root, parts.slice(0, depth));
  };
  try {
    for (let depth = 1; depth <= parts.length && !known; depth++) {
      if (make(join(inOpen(fd, root, parts.slice(0, depth - 1)), parts[depth - 1] as string))) made.push(depth);
      closeSync(fd);
      fd = -1;
      fd = openInside(root, parts.slice(0, depth), folderFlags).fd;
    }
  } catch (error) {
    if (fd !== -1) closeSync(fd);
    undo();
    throw error;
  }
  return { fd, undo, keep: () => void made.splice(0) };
}

function folderThere(root: string, parts: readonly string[]): Opened | undefined {
  try {
    return openInside(root, parts, folderFlags);
  } catch {
    // It is made, or told why not.
    return undefined;
  }
}

/** Returns false where it is there already. */
function make(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes a folder in which there is nothing; another client may have put something there. */
function removeFolder(root: string, parts: readonly string[]): void {
  try {
    const { fd } = openInside(root, parts.slice(0, -1), folderFlags);
    try {
      rmdirSync(join(inOpen(fd, root, parts.slice(0, -1)), parts.at(-1) as string));
    } finally {
      closeSync(fd);
    }
  } catch {
    // It stays.
  }
}
