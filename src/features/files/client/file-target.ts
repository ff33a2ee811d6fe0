import { closeSync, mkdirSync, openSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileAttributes } from '../../../core/file-attributes.js';
import { errorText, type Hash, sha256, WirelineError } from '../../../core/index.js';
import { isNameHere } from '../../../io/new-file.js';
import type { FileTarget } from '../protocol/tree.js';
import { partOf } from './part.js';
import { exists, hashed, PartialFile, type PartialFileOptions } from './partial-file.js';

/** How a {@link fileTarget} gets its place. */
export interface FileTargetOptions extends Pick<Partial<PartialFileOptions>, 'onKept'> {
  /** Replaces a file that is there (default: false). */
  readonly replace?: boolean;
  /** Waits for the disk, so that the file survives a power cut (default: true). */
  readonly sync?: boolean;
}

/**
 * Begins or goes on with the download to `path`. Until it is whole it is another file, `.wireline-get-NAME.part` beside
 * it, which stays there when the connection is lost. Throws `refused` where a file is there and
 * `replace` is not set, or what is no file, such as a device; and `output` where none can be made. Where a folder is
 * there, only a folder can be fetched.
 */
export function fileTarget(
  path: string,
  { replace = false, sync = true, ...more }: FileTargetOptions = {},
): FileTarget {
  const there = statOf(path);
  // A name with a / at its end is meant for a folder.
  if (there?.isDirectory() || path.endsWith('/')) return folderThere(path);
  if (there && !there.isFile()) {
    throw new WirelineError('refused', `${path} is no file, and is not replaced: - > ${path} writes to it`);
  }
  if (!replace && there) throw exists(path);
  try {
    return inItsFolder(path, () => new PartialFile(path, { replace, sync, ...more }));
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function folderThere(path: string): FileTarget {
  return new NoPlace(path, new WirelineError('refused', `${path} is a folder here, and a file at the server`));
}

/** Returns true where a folder is at `path`. */
export function isFolderHere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // The write to this path will fail, and says why.
    return false;
  }
}

/** As {@link fileTarget}, of the file `name` in `folder`. A file that may not be replaced is told of when the server has one too. */
export function downloadInto(folder: string, name: string, options: FileTargetOptions): FileTarget {
  const path = join(folder, name);
  try {
    return fileTarget(path, options);
  } catch (error) {
    if (error instanceof WirelineError && error.code === 'refused') return new NoPlace(path, error);
    throw error;
  }
}

/** Does what needs the folder of `path`, which is made where it is not there. */
function inItsFolder<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
    makeFolder(dirname(path));
    return run();
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
  return new WirelineError('output', `cannot write ${path}: ${errorText(cause)}`, { cause });
}

/**
 * The download of a file of a folder, which may have been fetched before: one that is there stays as it is where its
 * bytes are the server's. Where they are not, it is `replace`d by the server's, or the download fails as `refused`.
 */
export function treeDownload(
  path: string,
  { replace = false, sync = true, ...more }: FileTargetOptions = {},
): FileTarget {
  const how = { replace, sync, ...more };
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return fileTarget(path, how);
  // A part is younger than what it is to replace. One that is the file itself was left by a process that was killed.
  const part = statSync(partOf(path), { throwIfNoEntry: false });
  if (part && part.nlink > 1) unlinkSync(partOf(path));
  else if (part && replace) return fileTarget(path, how);
  return new FileThere(path, how);
}

/** The path in `folder` of what a server names `below`. Throws `refused` where that is no name on this system. */
export function pathIn(folder: string, below: string): string {
  if (below.split('/').every(isNameHere)) return join(folder, below);
  throw new WirelineError('refused', `${below} is no name for a file on this system`);
}

/** A file that is there. It is its own prefix; what else the server sends goes to a part, where it may be replaced. */
class FileThere implements FileTarget {
  readonly offset: number;
  readonly prefix: string;
  readonly #hash: Hash;
  #anew: PartialFile | undefined;

  constructor(
    readonly path: string,
    readonly how: PartialFileOptions,
  ) {
    const fd = openSync(path, 'r');
    const { hash, size } = hashed(fd);
    this.#hash = hash;
    this.offset = size;
    closeSync(fd);
    this.prefix = this.#hash.copy().hex();
  }

  get hash(): Hash {
    return this.#anew?.hash ?? this.#hash;
  }

  restart(): Hash {
    this.#anew ??= new PartialFile(this.#replaced(), this.how);
    return this.#anew.restart();
  }

  write(bytes: Uint8Array): void {
    this.#anew ??= new PartialFile(this.#replaced(), this.how, this.path);
    this.#anew.write(bytes);
  }

  finish(attributes?: FileAttributes): Promise<void> | undefined {
    return this.#anew?.finish(attributes);
  }

  keep(): void {
    this.#anew?.keep();
  }

  drop(): void {
    this.#anew?.drop();
  }

  #replaced(): string {
    if (this.how.replace) return this.path;
    throw exists(this.path);
  }
}

/** A place where no file can be: nothing is written, and only that the server has a folder as well is no error. */
class NoPlace implements FileTarget {
  readonly offset = 0;
  readonly hash = sha256();
  readonly prefix = '';

  constructor(
    readonly path: string,
    readonly why: WirelineError,
  ) {}

  restart(): Hash {
    return this.hash;
  }

  write(): void {
    throw this.why;
  }

  finish(): void {
    throw this.why;
  }

  keep(): void {}

  drop(): void {}
}
