import { closeSync, copyFileSync, fstatSync, ftruncateSync, linkSync, readSync, renameSync } from 'node:fs';
import type { FileAttributes } from '../../../core/file-attributes.js';
import { type Hash, sha256, WirelineError } from '../../../core/index.js';
import { setAttributes } from '../../../io/file-attributes.js';
import { onDisk } from '../../../io/on-disk.js';
import { endAt, writeSparse } from '../../../io/sparse.js';
import { removed } from '../../../io/temp-names.js';
import type { FileTarget } from '../protocol/tree.js';
import { type OpenPart, openPart } from './part.js';

/** Bytes that are read back of a part at a time. */
const readSize = 1024 * 1024;

/** A part replaces a file that is there or not, and waits for the disk at its end or not. */
export interface PartialFileOptions {
  readonly replace: boolean;
  readonly sync: boolean;
  /** Called where what has come stays, for the next try to go on from. */
  readonly onKept?: (part: string, bytes: number) => void;
}

/** The download of a file that is not there, or is replaced: until it is whole, it is a part beside it. */
export class PartialFile implements FileTarget {
  readonly offset: number;
  readonly prefix: string;
  hash: Hash;
  readonly #part: OpenPart;
  readonly #fd: number;
  #at: number;
  #open = true;

  /** Begins with the part of an earlier try or, where it is given, with `begun`. */
  constructor(
    readonly path: string,
    readonly how: PartialFileOptions,
    begun?: string,
  ) {
    this.#part = openPart(path);
    this.#fd = this.#part.fd;
    if (begun !== undefined) copyFileSync(begun, this.#part.path);
    const { hash, size } = hashed(this.#fd);
    this.hash = hash;
    this.#at = this.offset = size;
    this.prefix = this.hash.copy().hex();
  }

  restart(): Hash {
    ftruncateSync(this.#fd);
    this.#at = 0;
    this.hash = sha256();
    return this.hash;
  }

  write(bytes: Uint8Array): void {
    writeSparse(this.#fd, bytes, this.#at);
    this.#at += bytes.length;
  }

  async finish(attributes: FileAttributes = {}): Promise<void> {
    endAt(this.#fd, this.#at);
    setAttributes(this.#fd, attributes);
    if (this.how.sync) await onDisk(this.#fd);
    if (this.how.replace) renameSync(this.#part.path, this.path);
    else link(this.#part.path, this.path);
    this.#end(!this.how.replace);
  }

  keep(): void {
    if (!this.#open) return;
    const kept = this.#at > 0 && this.#part.lasting;
    if (kept) {
      endAt(this.#fd, this.#at);
      this.how.onKept?.(this.#part.path, this.#at);
    }
    this.#end(!kept);
  }

  drop(): void {
    this.#end(true);
  }

  /** Nobody else is let at the part before its name is gone, where it goes. */
  #end(removes: boolean): void {
    if (!this.#open) return;
    this.#open = false;
    if (removes) removed(this.#part.path);
    closeSync(this.#fd);
    this.#part.release();
  }
}

/** The hash of the file that is open, so far: to be gone on with; and the bytes that it has. */
export function hashed(fd: number): { hash: Hash; size: number } {
  const hash = sha256();
  const { size } = fstatSync(fd);
  const buffer = Buffer.allocUnsafe(Math.min(readSize, size));
  let at = 0;
  for (let read = -1; at < size && read !== 0; at += read) {
    read = readSync(fd, buffer, 0, Math.min(buffer.length, size - at), at);
    hash.update(buffer.subarray(0, read));
  }
  return { hash, size: at };
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
