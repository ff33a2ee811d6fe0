import {
  closeSync,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { type Download, type Hash, sha256, WirelineError } from '../core/index.js';
import { type OpenPart, openPart } from './part.js';

/** Bytes that are read back of a part at a time. */
const readSize = 1024 * 1024;

/** The download of a file that is not there, or is replaced: until it is whole, it is a part beside it. */
export class PartDownload implements Download {
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

/** The hash of the file that is open, so far: to be gone on with. */
export function hashed(fd: number): Hash {
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

/** The error for a file that is there and may not be replaced. */
export function exists(path: string): WirelineError {
  return new WirelineError('refused', `${path} exists already: --force replaces it`);
}
