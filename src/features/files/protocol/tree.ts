import type { FileAttributes } from '../../../core/file-attributes.js';
import type { Hash } from '../../../core/hash.js';
import type { NewFile, NewFileOptions } from '../../../core/new-file.js';

/** An entry of a folder: a file or folder in it. */
export interface TreeListing {
  /** One part of a path: never `.`, `..` or with a `/` in it. */
  readonly name: string;
  readonly type: 'file' | 'folder';
  /** Bytes of a file; 0 for a folder. */
  readonly size: number;
  /** When it was last changed, in milliseconds since 1970 (UTC). */
  readonly time: number;
  /** The permission bits of a file, where they are known. */
  readonly mode?: number;
}

/** A file that is open for reading. Nothing of it is waited for: it is a regular file. */
export interface OpenFile {
  readonly size: number;
  readonly time: number;
  readonly mode?: number;
  /** The next bytes from `offset` on, at most `most` of them; none at the end. They are valid until the next call. */
  read(offset: number, most: number): Uint8Array;
  /** True if the file is another one than when it was opened: longer, shorter, or written to. */
  changed(): boolean;
  /** The hash of the whole file, where it was learned and the file has not changed since. */
  readonly known: string | undefined;
  /** Remembers the hash of the whole file, for those who open it next. Called where it has not `changed`. */
  learn(hex: string): void;
  /** The hash of the first `at` bytes, or of fewer, to be gone on with; undefined where none is remembered. */
  checkpoint(at: number): { readonly at: number; readonly hash: Hash } | undefined;
  /** Tells that `hash` is that of the first `at` bytes. It may be remembered, for those who open the file next. */
  passed(at: number, hash: Hash): void;
  close(): void;
}

/** A folder that is served: everything outside of it, and everything that is no file or folder, is not there. */
export interface ServedTree {
  /** Opens a regular file, or tells that `path` is a folder. Throws `refused`, in the same words whatever the reason. */
  open(path: string): OpenFile | 'folder';
  /**
   * The entries of a folder, by name, read as they are taken. Throws `refused` likewise, at once; what is taken later may
   * throw too. Who does not take all calls `return`.
   */
  list(path: string): Iterable<TreeListing>;
  /**
   * Begins a file, and makes the folders that it is in; they go again where nothing becomes of it. Throws `refused` where
   * it may not be.
   */
  create(path: string, how: NewFileOptions): NewFile;
  /** Makes a folder, and those that it is in. One that is there stays as it is. Throws `refused` where it may not be. */
  makeFolder(path: string): void;
  /** Begins a hash of what is sent. */
  hash(): Hash;
}

/**
 * A file that is being fetched. Until it is whole it does not have its name; what is there of it is kept when the
 * connection is lost, so that the next try goes on from it.
 */
export interface FileTarget {
  /** Where it will be, for messages. */
  readonly path: string;
  /** Bytes that are there already, and their hash. */
  readonly offset: number;
  readonly prefix: string;
  /** The hash of all bytes of the part, as they are added. */
  readonly hash: Hash;
  /** Forgets what is there: the server sends the file from its beginning. */
  restart(): Hash;
  /** Adds bytes, which are valid until this returns. Throws where the disk does not take them. */
  write(bytes: Uint8Array): void;
  /**
   * Puts the file in its place, by a rename or, where none may be replaced, a link; the disk may be waited for before. It
   * gets the attributes that are known.
   */
  finish(attributes?: FileAttributes): void | Promise<void>;
  /** Closes the part, and keeps it if there is anything in it. */
  keep(): void;
  /** Removes the part: its bytes are not what the server has, or it cannot become whole. */
  drop(): void;
}

/**
 * The parts of a path as it is named on the wire: relative, with `/` between the parts. Undefined where it is
 * none: absolute, with an empty part, `.`, `..` or a zero, or too long. `''` and `.` are the folder itself. A `\` is a
 * character of a name: where it parts names, who has to do with the disk refuses it.
 */
export function pathParts(path: string): string[] | undefined {
  if (path === '' || path === '.') return [];
  if (path.length > 4096 || path.includes('\0')) return undefined;
  const parts = path.replace(/\/$/, '').split('/');
  return parts.every((part) => part !== '' && part !== '.' && part !== '..') ? parts : undefined;
}
