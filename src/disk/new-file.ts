import { closeSync, constants, fstatSync, linkSync, openSync, renameSync, writeSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type NewFile, type NewFileOptions, WirelineError } from '../core/index.js';
import { onDisk } from './on-disk.js';
import { PartNames, removed } from './part-names.js';

/** Whether a name is one of a file that is still being written: such are not served, nor named by anybody. */
export function isPart(name: string): boolean {
  return /^\.wireline-.*\.part$/.test(name);
}

/** Whether a name of the wire is one name on this system as well: elsewhere a `\` may part two of them, or a `:`. */
export function isNameHere(name: string): boolean {
  return sep === '/' || !/[\\:]/.test(name);
}

/** A folder to write in: its open descriptor, which is closed at the end, and a path to it. */
interface OpenFolder {
  readonly fd: number;
  readonly path: string;
}

const partNames = new PartNames('.wireline');
/** The folders that were looked through for what a server left that was killed, by device and inode. */
const lookedThrough = new Set<string>();

/**
 * Begins the file `name`. It is written under another name, and has its own only when it is whole and on the
 * disk: by a rename where it may `replace` one, and else by a link, which never does. The first in a folder removes
 * what a server of this host that was killed has left there.
 */
export function newFile(folder: OpenFolder, name: string, { replace, sync }: NewFileOptions): NewFile {
  removeLeft(folder);
  const part = join(folder.path, `${partNames.next()}-${crypto.randomUUID().slice(0, 8)}.part`);
  const place = join(folder.path, name);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(part, flags, 0o666);
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    closeSync(fd);
    removed(part);
    closeSync(folder.fd);
  };
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    },
    async flush() {
      if (sync) await onDisk(fd);
    },
    finish() {
      try {
        if (replace) renameSync(part, place);
        else link(part, place, name);
      } finally {
        end();
      }
    },
    abort: end,
  };
}

function link(part: string, place: string, name: string): void {
  try {
    linkSync(part, place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new WirelineError('refused', `${name} exists already`);
  }
}

function removeLeft(folder: OpenFolder): void {
  const { dev, ino } = fstatSync(folder.fd);
  const key = `${dev}-${ino}`;
  if (lookedThrough.has(key)) return;
  lookedThrough.add(key);
  partNames.removeLeft(folder.path);
}
