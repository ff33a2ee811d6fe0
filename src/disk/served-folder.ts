import {
  accessSync,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { join, sep } from 'node:path';
import {
  type Folder,
  type FolderEntry,
  type NewFileOptions,
  type OpenFile,
  pathParts,
  Reusable,
  sha256,
  WirelineError,
} from '../core/index.js';
import { Checkpoints } from './checkpoints.js';
import { KnownHashes } from './known-hashes.js';
import { isNameHere, isPart, newFile } from './new-file.js';

/** Bytes read from a file at a time. */
const readSize = 256 * 1024;
/** Nothing that is opened may be waited for, become our terminal, or be written to. */
const readOnly = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * The folder at `path` as it is served. What a path means is decided by what was opened, and not by what stood
 * there a moment before: the system is asked where the open file or folder really is, so a symbolic link that is
 * swapped in meanwhile changes nothing. Links that stay inside are followed. Throws where `path` is no folder.
 * `now` tells how long ago a file was changed, which decides for how long its hash is remembered.
 */
export function servedFolder(path: string, now: () => number = Date.now): Folder {
  const root = folderAt(path);
  const hashes = { known: new KnownHashes(now), checkpoints: new Checkpoints(now) };
  return {
    open: (wanted) => openFile(root, partsOf(wanted), hashes),
    list: (wanted) => listFolder(root, partsOf(wanted)),
    create: (wanted, how) => create(root, partsOf(wanted), how),
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

/** The one answer to all that is not served, so that nobody learns what is outside. */
export function notHere(): WirelineError {
  return new WirelineError('refused', 'no such file here');
}

function partsOf(path: string): string[] {
  const parts = pathParts(path);
  if (!parts || parts.some((part) => isPart(part) || !isNameHere(part))) throw notHere();
  return parts;
}

/** What the system says where it is short of something, or the disk fails: it says nothing about the file. */
const short = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EAGAIN', 'EINTR']);

function cannotOpen(cause: unknown): WirelineError {
  return new WirelineError('failed', 'the server cannot open it now: try again later', { cause });
}

/** What is open, what it is, and where it really is. */
interface Opened {
  readonly fd: number;
  readonly stat: Stats;
  readonly real: string;
}

/** Opens what is at `parts`, and gives it only if it is really inside of `root`. */
function openInside(root: string, parts: readonly string[], flags: number): Opened {
  let fd: number;
  try {
    fd = openSync(join(root, ...parts), flags);
  } catch (error) {
    throw short.has(String((error as NodeJS.ErrnoException).code)) ? cannotOpen(error) : notHere();
  }
  try {
    const real = whereIs(fd, join(root, ...parts));
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) throw notHere();
    return { fd, stat: fstatSync(fd), real };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The real path of an open file: from the kernel, where it tells (proc(5)), and else as it stands now. */
function whereIs(fd: number, path: string): string {
  if (process.platform === 'linux') return readlinkSync(`/proc/self/fd/${fd}`);
  const real = realpathSync(path);
  const [opened, named] = [fstatSync(fd), lstatSync(real)];
  if (opened.ino !== named.ino || opened.dev !== named.dev) throw notHere();
  return real;
}

/** The hashes of files that are remembered. */
interface Hashes {
  readonly known: KnownHashes;
  readonly checkpoints: Checkpoints;
}

function openFile(root: string, parts: readonly string[], hashes: Hashes): OpenFile | 'folder' {
  const opened = hashes.known.now();
  const { fd, stat } = openInside(root, parts, readOnly);
  if (!stat.isFile()) {
    closeSync(fd);
    if (stat.isDirectory()) return 'folder';
    throw notHere();
  }
  const memory = new Reusable(Math.max(1, Math.min(stat.size, readSize)), Buffer.allocUnsafe);
  return {
    size: stat.size,
    time: stat.mtimeMs,
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

function listFolder(root: string, parts: readonly string[]): Iterable<FolderEntry> {
  const { fd, real } = openInside(root, parts, readOnly | constants.O_DIRECTORY);
  try {
    const here = inOpen(fd, root, parts);
    const found = readdirSync(here, { withFileTypes: true }).filter(({ name }) => !isPart(name));
    found.sort((one, other) => (one.name < other.name ? -1 : 1));
    return entriesOf(root, parts, { fd, real, here }, found);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The entries of a folder that is open, and is closed with the last of them. */
function* entriesOf(
  root: string,
  parts: readonly string[],
  { fd, real, here }: { fd: number; real: string; here: string },
  found: readonly Dirent[],
): Generator<FolderEntry, void, void> {
  // A circle has a link in it: only there all folders above are looked up.
  const leadsBack = (name: string, to: string) =>
    to !== join(real, name) && [...parts, ''].some((_, depth) => realOf(root, parts.slice(0, depth)) === to);
  try {
    for (const { name } of found) {
      // What is no link is where it is, and need not be opened.
      const stat = lstatSync(join(here, name), { throwIfNoEntry: false });
      if (!stat) continue;
      if (stat.isSymbolicLink()) yield* entryOf(root, [...parts, name], leadsBack);
      else if (isReadable(join(here, name))) yield* entryFor(name, stat);
    }
  } finally {
    closeSync(fd);
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function entryFor(name: string, stat: Stats): FolderEntry[] {
  if (stat.isDirectory()) return [{ name, type: 'folder', size: 0, time: stat.mtimeMs }];
  return stat.isFile() ? [{ name, type: 'file', size: stat.size, time: stat.mtimeMs }] : [];
}

function realOf(root: string, parts: readonly string[]): string {
  const { fd, real } = openInside(root, parts, readOnly);
  closeSync(fd);
  return real;
}

/**
 * What is said of the last of `parts` in a list: nothing, where it would be refused; nor where it is a link that
 * `leadsBack` to a folder above, so that who fetches all that is listed comes to an end.
 */
function entryOf(
  root: string,
  parts: readonly string[],
  leadsBack: (name: string, to: string) => boolean,
): FolderEntry[] {
  const name = parts.at(-1) as string;
  try {
    const { fd, stat, real } = openInside(root, parts, readOnly);
    closeSync(fd);
    return stat.isDirectory() && leadsBack(name, real) ? [] : entryFor(name, stat);
  } catch (error) {
    if (error instanceof WirelineError && error.code === 'refused') return [];
    throw error;
  }
}

function create(root: string, parts: readonly string[], how: NewFileOptions) {
  const name = parts.at(-1);
  if (name === undefined) throw notHere();
  const known = folderThere(root, parts.slice(0, -1));
  let { fd } = known ?? openInside(root, [], readOnly | constants.O_DIRECTORY);
  try {
    for (let depth = 1; depth < parts.length && !known; depth++) {
      const here = parts.slice(0, depth);
      makeFolder(join(inOpen(fd, root, parts.slice(0, depth - 1)), parts[depth - 1] as string));
      closeSync(fd);
      fd = -1;
      fd = openInside(root, here, readOnly | constants.O_DIRECTORY).fd;
    }
    return newFile({ fd, path: inOpen(fd, root, parts.slice(0, -1)) }, name, how);
  } catch (error) {
    if (fd !== -1) closeSync(fd);
    throw error;
  }
}

function folderThere(root: string, parts: readonly string[]): Opened | undefined {
  try {
    return openInside(root, parts, readOnly | constants.O_DIRECTORY);
  } catch {
    // It is made, or told why not.
    return undefined;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** A path into the folder that is open, wherever it is moved meanwhile. */
function inOpen(fd: number, root: string, parts: readonly string[]): string {
  return process.platform === 'linux' ? `/proc/self/fd/${fd}` : join(root, ...parts);
}
