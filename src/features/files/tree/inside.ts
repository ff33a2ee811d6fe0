import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { WirelineError } from '../../../core/index.js';
import { isShort } from '../../../core/system-errors.js';
import { isNameHere, isPart } from '../../../io/new-file.js';
import { pathParts } from '../protocol/tree.js';

/** Nothing that is opened may be waited for, become our terminal, or be written to. */
export const readOnly = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** The one answer to all that is not served, so that nobody learns what is outside. */
export function notFound(): WirelineError {
  return new WirelineError('refused', 'no such file here');
}

/** The parts of a path of the wire. Throws `refused` where nothing can be there, or what is there is not served. */
export function partsOf(path: string): string[] {
  const parts = pathParts(path);
  if (!parts || parts.some((part) => isPart(part) || !isNameHere(part))) throw notFound();
  return parts;
}

function cannotOpen(cause: unknown): WirelineError {
  return new WirelineError('failed', 'the server cannot open it now: try again later', { cause });
}

/** An open file or folder: its descriptor, its kind, and its real path. */
export interface Opened {
  readonly fd: number;
  readonly stat: Stats;
  readonly real: string;
}

/** Opens what is at `parts`, and gives it only if it is really inside of `root`. */
export function openInside(root: string, parts: readonly string[], flags: number): Opened {
  let fd: number;
  try {
    fd = openSync(join(root, ...parts), flags);
  } catch (error) {
    throw isShort(error) ? cannotOpen(error) : notFound();
  }
  try {
    const real = whereIs(fd, join(root, ...parts));
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) throw notFound();
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
  if (opened.ino !== named.ino || opened.dev !== named.dev) throw notFound();
  return real;
}

/** A path into the folder that is open, wherever it is moved meanwhile. */
export function inOpen(fd: number, root: string, parts: readonly string[]): string {
  return process.platform === 'linux' ? `/proc/self/fd/${fd}` : join(root, ...parts);
}
