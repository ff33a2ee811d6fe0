import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Download, type Hash, inWords, WirelineError } from '../core/index.js';
import { sha256 } from './hash.js';

/** Bytes that are read back of a part at a time. */
const readSize = 1024 * 1024;

/**
 * Begins or goes on with the download to `path`. Until it is whole it is another file, `.NAME.wireline-part` beside
 * it, which stays there when the connection is lost. Throws `refused` where a file is there and
 * `replace` is not set, and `output` where none can be made. Where a folder is there, only a folder can be fetched.
 */
export function download(path: string, replace: boolean): Download {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) return new FolderThere(path);
  if (!replace && there) throw exists(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    return new PartDownload(path, partOf(path), replace);
  } catch (cause) {
    throw new WirelineError('output', `cannot write ${path}: ${inWords(cause)}`, { cause });
  }
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

function partOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.wireline-part`);
}

class PartDownload implements Download {
  readonly offset: number;
  readonly prefix: string;
  hash: Hash;
  readonly #fd: number;
  #at: number;
  #open = true;

  constructor(
    readonly path: string,
    readonly part: string,
    readonly replace: boolean,
  ) {
    // A part that is a file in its place as well, by a second link, is not to be written to.
    if ((statSync(part, { throwIfNoEntry: false })?.nlink ?? 0) > 1) unlinkSync(part);
    this.#fd = openSync(part, existsSync(part) ? 'r+' : 'wx+');
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
    this.#close();
    if (this.replace) return renameSync(this.part, this.path);
    link(this.part, this.path);
    unlinkSync(this.part);
  }

  keep(): void {
    if (this.#close() && this.#at === 0) unlinkSync(this.part);
  }

  drop(): void {
    this.#close();
    unlinkSync(this.part);
  }

  /** Whether it was open. */
  #close(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    closeSync(this.#fd);
    return true;
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
    return this.#begin().restart();
  }

  write(bytes: Uint8Array): void {
    if (!this.#anew) copyFileSync(this.path, this.#allowed(partOf(this.path)));
    this.#begin().write(bytes);
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

  #begin(): PartDownload {
    this.#anew ??= new PartDownload(this.path, this.#allowed(partOf(this.path)), true);
    return this.#anew;
  }

  #allowed(part: string): string {
    if (this.replace) return part;
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
