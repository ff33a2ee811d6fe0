import { closeSync, fstatSync, lstatSync, readSync, realpathSync, type Stats } from 'node:fs';
import { Reusable, sha256, WirelineError } from '../../../core/index.js';
import { Quota } from '../../../io/quota.js';
import type { OpenFile, ServedTree } from '../protocol/tree.js';
import { Checkpoints } from './checkpoints.js';
import { HashCache } from './hash-cache.js';
import { notFound, openInside, partsOf, readOnly } from './inside.js';
import { listFolder } from './listing.js';
import { create, makeFolder } from './making.js';

/** Bytes read from a file at a time. */
const readSize = 256 * 1024;
/** The largest file without a length that is served, such as one of /proc: it is read whole when it is opened. */
const maxUnsized = 4 * 1024 * 1024;

/** Options of {@link servedTree}. */
export interface ServedTreeOptions {
  /** The time as files have it: how long ago a file was changed decides for how long its hash is remembered. */
  readonly now?: () => number;
  /** Bytes that the folder may hold, with what is in it at the start (default: any number). */
  readonly maxBytes?: number;
}

/**
 * The folder at `path` as it is served. What a path means is decided by what was opened, and not by what stood
 * there a moment before: the system is asked where the open file or folder really is, so a symbolic link that is
 * swapped in meanwhile changes nothing. Links that stay inside are followed. Throws where `path` is no folder.
 */
export function servedTree(path: string, { now = Date.now, maxBytes = Infinity }: ServedTreeOptions = {}): ServedTree {
  const root = folderAt(path);
  const quota = new Quota(root, maxBytes);
  const hashes = { known: new HashCache(now), checkpoints: new Checkpoints(now) };
  return {
    open: (wanted) => openFile(root, partsOf(wanted), hashes),
    list: (wanted) => listFolder(root, partsOf(wanted)),
    create: (wanted, how) => create(root, partsOf(wanted), how, quota),
    makeFolder: (wanted) => makeFolder(root, partsOf(wanted)),
    hash: sha256,
  };
}

function folderAt(path: string): string {
  let root: string;
  try {
    root = realpathSync(path);
  } catch (cause) {
    throw new WirelineError('usage', `cannot serve ${path}: there is no such folder`, { cause });
  }
  if (!lstatSync(root).isDirectory()) throw new WirelineError('usage', `cannot serve ${path}: it is not a folder`);
  return root;
}

/** The hashes of files that are remembered. */
interface Hashes {
  readonly known: HashCache;
  readonly checkpoints: Checkpoints;
}

function openFile(root: string, parts: readonly string[], hashes: Hashes): OpenFile | 'folder' {
  const opened = hashes.known.now();
  const { fd, stat } = openInside(root, parts, readOnly);
  if (!stat.isFile()) {
    closeSync(fd);
    if (stat.isDirectory()) return 'folder';
    throw notFound();
  }
  const whole = stat.size === 0 ? unsized(fd) : undefined;
  if (whole) return inMemory(whole, stat);
  const memory = new Reusable(Math.max(1, Math.min(stat.size, readSize)), Buffer.allocUnsafe);
  return {
    size: stat.size,
    time: stat.mtimeMs,
    mode: stat.mode & 0o777,
    read(offset, most) {
      const { bytes } = memory;
      return bytes.subarray(0, readSync(fd, bytes, 0, Math.min(most, bytes.length), offset));
    },
    changed() {
      const now = fstatSync(fd);
      if (now.size !== stat.size || now.mtimeMs !== stat.mtimeMs) return true;
      // One that got or lost a name, as by a put that replaces it, is what it was.
      return now.ctimeMs !== stat.ctimeMs && now.nlink === stat.nlink;
    },
    known: hashes.known.of(stat),
    learn: (hex) => hashes.known.learn(stat, opened, hex),
    checkpoint: (at) => hashes.checkpoints.before(stat, at),
    passed: (at, hash) => hashes.checkpoints.passed(stat, opened, { at, hash }),
    close: () => closeSync(fd),
  };
}

/** The bytes of a file that has some although it says that it has none; undefined where it has none. Closes it then. */
function unsized(fd: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for (let read = -1; read !== 0; size += read) {
      const chunk = Buffer.allocUnsafe(64 * 1024);
      read = readSync(fd, chunk, 0, chunk.length, null);
      chunks.push(chunk.subarray(0, read));
      if (size > maxUnsized) throw new WirelineError('refused', 'a file without a length is served up to 4 MiB');
    }
  } catch (error) {
    closeSync(fd);
    throw error instanceof WirelineError ? error : notFound();
  }
  if (size === 0) return undefined;
  closeSync(fd);
  return Buffer.concat(chunks);
}

function inMemory(bytes: Buffer, { mtimeMs, mode }: Stats): OpenFile {
  return {
    size: bytes.length,
    time: mtimeMs,
    mode: mode & 0o777,
    read: (offset, most) => bytes.subarray(offset, offset + most),
    changed: () => false,
    known: undefined,
    learn() {},
    checkpoint: () => undefined,
    passed() {},
    close() {},
  };
}
