import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
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
 * `replace` is not set, and `output` where none can be made.
 */
export function download(path: string, replace: boolean): Download {
  if (!replace && existsSync(path)) throw exists(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    return new PartDownload(path, join(dirname(path), `.${basename(path)}.wireline-part`), replace);
  } catch (cause) {
    throw new WirelineError('output', `cannot write ${path}: ${inWords(cause)}`, { cause });
  }
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
