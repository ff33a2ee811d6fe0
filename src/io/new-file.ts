import { closeSync, constants, fstatSync, linkSync, lstatSync, openSync, renameSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type NewFile, type NewFileOptions, WirelineError } from '../core/index.js';
import { privateMode, setAttributes } from './file-attributes.js';
import { onDisk } from './on-disk.js';
import type { Quota } from './quota.js';
import { endAt, writeSparse } from './sparse.js';
import { removed, TempNames } from './temp-names.js';

/** True if a name is one of a file that is still being written: such are not served, nor named by anybody. */
export function isPart(name: string): boolean {
  return /^\.wireline-.*\.part$/.test(name);
}

/** True if a name of the wire is one name on this system as well: elsewhere a `\` may part two of them, or a `:`. */
export function isNameHere(name: string): boolean {
  return sep === '/' || !/[\\:]/.test(name);
}

/** A folder to write in: its open descriptor, which is closed at the end, and a path to it. */
interface OpenFolder {
  readonly fd: number;
  readonly path: string;
}

const partNames = new TempNames('.wireline');
/** The folders that were looked through for what a server left that was killed, by device and inode. */
const lookedThrough = new Set<string>();

/**
 * Begins the file `name`. It is written under another name, and has its own only when it is whole and on the
 * disk: by a rename where it may `replace` one, and else by a link, which never does. The first in a folder removes
 * what a server of this host that was killed has left there.
 */
export function newFile(folder: OpenFolder, name: string, how: NewFileOptions, quota: Quota): NewFile {
  removeLeft(folder);
  return new FileInPlace(folder, name, how, quota);
}

const newFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

class FileInPlace implements NewFile {
  readonly #part: string;
  readonly #fd: number;
  #size = 0;
  #over = false;

  constructor(
    readonly folder: OpenFolder,
    readonly name: string,
    readonly how: NewFileOptions,
    readonly quota: Quota,
  ) {
    this.#part = join(folder.path, `${partNames.next()}-${crypto.randomUUID().slice(0, 8)}.part`);
    this.#fd = openSync(this.#part, newFlags, privateMode);
  }

  write(bytes: Uint8Array): void {
    this.quota.take(bytes.length);
    writeSparse(this.#fd, bytes, this.#size);
    this.#size += bytes.length;
  }

  async flush(): Promise<void> {
    endAt(this.#fd, this.#size);
    setAttributes(this.#fd, this.how);
    if (this.how.sync) await onDisk(this.#fd);
  }

  finish(): void {
    const place = join(this.folder.path, this.name);
    try {
      const before = this.how.replace ? lstatSync(place, { throwIfNoEntry: false }) : undefined;
      if (this.how.replace) renameSync(this.#part, place);
      else link(this.#part, place, this.name);
      this.#end(before?.isFile() ? before.size : 0);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  abort(): void {
    this.#end(this.#size);
  }

  /** Closes all, and gives back the room for bytes that are no more. */
  #end(bytes: number): void {
    if (this.#over) return;
    this.#over = true;
    this.quota.give(bytes);
    closeSync(this.#fd);
    removed(this.#part);
    closeSync(this.folder.fd);
  }
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
