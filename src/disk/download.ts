import {
  closeSync,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Download, type Hash, inWords, WirelineError } from '../core/index.js';
import { sha256 } from './hash.js';
import { isNameHere } from './new-file.js';
import { type OpenPart, openPart, partOf } from './part.js';

/** Bytes that are read back of a part at a time. */
const readSize = 1024 * 1024;

/**
 * Begins or goes on with the download to `path`. Until it is whole it is another file, `.NAME.wireline-part` beside
 * it, which stays there when the connection is lost. Throws `refused` where a file is there and
 * `replace` is not set, or what is no file, such as a device; and `output` where none can be made. Where a folder is
 * there, only a folder can be fetched.
 */
export function download(path: string, replace: boolean): Download {
  const there = statOf(path);
  // A name with a / at its end is meant for a folder.
  if (there?.isDirectory() || path.endsWith('/')) return new FolderThere(path);
  if (there && !there.isFile()) {
    throw new WirelineError('refused', `${path} is no file, and is not replaced: - > ${path} writes to it`);
  }
  if (!replace && there) throw exists(path);
  try {
    makeFolder(dirname(path));
    return new PartDownload(path, replace);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    // From Node 22 on a file in the place of the folder is said to exist, which is not what stands in the way.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new Error('is not a folder (ENOTDIR)');
    throw error;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): WirelineError {
  return new WirelineError('output', `cannot write ${path}: ${inWords(cause)}`, { cause });
}

/**
 * The download of a file of a folder, which may have been fetched before: one that is there stays as it is where its
 * bytes are the server's. Where they are not, it is `replace`d by the server's, or the download fails as `refused`.
 */
export function treeDownload(path: string, replace: boolean): Download {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return download(path, replace);
  // A part is younger than what it is to replace. One that is the file itself was left by a process that was killed.
  const part = statSync(partOf(path), { throwIfNoEntry: false });
  if (part && part.nlink > 1) unlinkSync(partOf(path));
  else if (part && replace) return download(path, replace);
  return new FileThere(path, replace);
}

/** The path in `folder` of what a server names `below`. Throws `refused` where that is no name on this system. */
export function pathIn(folder: string, below: string): string {
  if (below.split('/').every(isNameHere)) return join(folder, below);
  throw new WirelineError('refused', `${below} is no name for a file on this system`);
}

class PartDownload implements Download {
  readonly offset: number;
  readonly prefix: string;
  hash: Hash;
  readonly #part: OpenPart;
  readonly #fd: number;
  #at: number;
  #open = true;

  /** What is there of it is the part of an earlier try or, where it is given, what is `begun` with. */
  constructor(
    readonly path: string,
    readonly replace: boolean,
    begun?: string,
  ) {
    this.#part = openPart(path);
    this.#fd = this.#part.fd;
    if (begun !== undefined) copyFileSync(begun, this.#part.path);
    this.hash = hashed(this.#fd);
    this.#at = this.offset = fstatSync(this.#fd).size;
    this.prefix = this.hash.copy().hex();
  }

  restart(): Hash {
    ftruncateSync(this.#fd);
    this.#at = 0;
    this.hash = sha256();
    return this.hash;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#at + at);
    this.#at += bytes.length;
  }

  finish(): void {
    fsyncSync(this.#fd);
    if (this.replace) renameSync(this.#part.path, this.path);
    else link(this.#part.path, this.path);
    this.#end(!this.replace);
  }

  keep(): void {
    this.#end(this.#at === 0 || !this.#part.lasting);
  }

  drop(): void {
    this.#end(true);
  }

  /** Nobody else is let at the part before its name is gone, where it goes. */
  #end(removes: boolean): void {
    if (!this.#open) return;
    this.#open = false;
    if (removes) rmSync(this.#part.path, { force: true });
    closeSync(this.#fd);
    this.#part.release();
  }
}

/** A file that is there. It is its own prefix; what else the server sends goes to a part, where it may be replaced. */
class FileThere implements Download {
  readonly offset: number;
  readonly prefix: string;
  readonly #hash: Hash;
  #anew: PartDownload | undefined;

  constructor(
    readonly path: string,
    readonly replace: boolean,
  ) {
    const fd = openSync(path, 'r');
    this.#hash = hashed(fd);
    this.offset = fstatSync(fd).size;
    closeSync(fd);
    this.prefix = this.#hash.copy().hex();
  }

  get hash(): Hash {
    return this.#anew?.hash ?? this.#hash;
  }

  restart(): Hash {
    this.#anew ??= new PartDownload(this.#replaced(), true);
    return this.#anew.restart();
  }

  write(bytes: Uint8Array): void {
    this.#anew ??= new PartDownload(this.#replaced(), true, this.path);
    this.#anew.write(bytes);
  }

  finish(): void {
    this.#anew?.finish();
  }

  keep(): void {
    this.#anew?.keep();
  }

  drop(): void {
    this.#anew?.drop();
  }

  #replaced(): string {
    if (this.replace) return this.path;
    throw exists(this.path);
  }
}

/** A folder that is there: nothing is written, and only that the server has a folder as well is no error. */
class FolderThere implements Download {
  readonly offset = 0;
  readonly hash = sha256();
  readonly prefix = '';

  constructor(readonly path: string) {}

  restart(): Hash {
    return this.hash;
  }

  write(): void {
    throw new WirelineError('refused', `${this.path} is a folder here, and a file at the server`);
  }

  finish(): void {
    this.write();
  }

  keep(): void {}

  drop(): void {}
}

function hashed(fd: number): Hash {
  const hash = sha256();
  const buffer = Buffer.allocUnsafe(readSize);
  for (let at = 0; ; ) {
    const size = readSync(fd, buffer, 0, readSize, at);
    if (size === 0) return hash;
    hash.update(buffer.subarray(0, size));
    at += size;
  }
}

function link(part: string, path: string): void {
  try {
    linkSync(part, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw exists(path);
  }
}

function exists(path: string): WirelineError {
  return new WirelineError('refused', `${path} exists already: --force replaces it`);
}
