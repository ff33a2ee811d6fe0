import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats, unlinkSync } from 'node:fs';
import net from 'node:net';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../../../core/index.js';
import { privateMode } from '../../../io/file-attributes.js';
import { removed } from '../../../io/temp-names.js';

/** The longest name that a file can have, in bytes, on most systems. */
const maxName = 255;
const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

/** A part of a download that is open, and that no other process of this host writes to. */
export interface OpenPart {
  readonly path: string;
  readonly fd: number;
  /** True if the next try finds it. */
  readonly lasting: boolean;
  /** Lets others have it. */
  release(): void;
}

/** Where a download to `path` is, until it is whole. */
export function partOf(path: string): string {
  const name = partNameOf(basename(path));
  return join(dirname(path), Buffer.byteLength(name) <= maxName ? name : partNameOf(hashOf(name)));
}

/** A name of the kind that is neither served nor fetched. */
function partNameOf(name: string): string {
  return `.wireline-get-${name}.part`;
}

/** Opens a part. A symbolic link in its place is removed and not followed: it leads to a file of somebody else. */
function openedPart(part: string): number {
  try {
    return openSync(part, flags, privateMode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    removed(part);
    return openSync(part, flags, privateMode);
  }
}

/** Opens the part of `path`, as it is. Where another process is writing to it, this one has one for itself. */
export function openPart(path: string): OpenPart {
  const part = partOf(path);
  for (;;) {
    const fd = openedPart(part);
    const opened = fstatSync(fd);
    const release = claimed(opened);
    if (release && isStill(opened, part)) return { path: part, fd, lasting: true, release };
    closeSync(fd);
    if (!release) return ownPart(path);
    release();
  }
}

function ownPart(path: string): OpenPart {
  const own = join(dirname(path), partNameOf(crypto.randomUUID()));
  return { path: own, fd: openSync(own, flags | constants.O_EXCL, privateMode), lasting: false, release() {} };
}

/**
 * True if the part that was opened is there still, and no file in its place: who had it before may have put it there
 * meanwhile, or was killed between the two steps of that.
 */
function isStill(opened: Stats, part: string): boolean {
  const named = lstatSync(part, { throwIfNoEntry: false });
  if (named?.ino !== opened.ino || named.dev !== opened.dev) return false;
  if (named.nlink > 1) unlinkSync(part);
  return named.nlink === 1;
}

/**
 * Claims an open file for this process, and gives how to let go of it; undefined where another has it. What is
 * claimed is a name of an abstract socket (unix(7)), as Node has no flock: it goes with the process however that
 * ends, and leaves nothing behind. Other systems have none: there, two downloads to one name are not told apart.
 */
function claimed({ dev, ino }: Stats): (() => void) | undefined {
  if (process.platform !== 'linux') return () => {};
  const claim = net.createServer((stranger) => stranger.destroy());
  claim.on('error', () => {});
  claim.listen(`\0wireline-part-${dev}-${ino}`).unref();
  return claim.listening ? () => void claim.close() : undefined;
}

function hashOf(name: string): string {
  const hash = sha256();
  hash.update(Buffer.from(name));
  return hash.hex();
}
