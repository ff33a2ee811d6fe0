import { fstatSync, readFileSync, readlinkSync } from 'node:fs';
import { WirelineError } from '../core/index.js';

const names = ['stdin', 'stdout', 'stderr'];
/** The device number of /dev/null on Linux (null(4)): major 1, minor 3. */
const nullDevice = 0x103;
/** The programs whose redirections are known: they open /dev/null for reading or for writing, never for both. */
const shells = new Set(['sh', 'dash', 'bash', 'zsh', 'ksh', 'mksh', 'fish', 'busybox', 'ash']);
const readAndWrite = 2;

/**
 * Throws a `WirelineError` of `code` where the shell started the command with stdin or stdout closed (`>&-`). Node
 * opens /dev/null for reading and writing in place of a closed descriptor, so that output would vanish with status 0. A
 * program that starts the command with /dev/null itself is left alone: only a shell's /dev/null can be told from Node's,
 * and only on Linux.
 */
export function failIfClosed(fd: 0 | 1, code: 'input' | 'output'): void {
  const { rdev } = fstatSync(fd);
  if (rdev === nullDevice && process.platform === 'linux' && isNodes(fd))
    throw new WirelineError(code, `${names[fd]} is closed`);
}

/** True if the /dev/null at `fd` is the one that Node has opened. */
function isNodes(fd: number): boolean {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0';
    if ((Number.parseInt(flags, 8) & 3) !== readAndWrite) return false;
    const parent = readFileSync(`/proc/${process.ppid}/comm`, 'latin1').trim();
    return shells.has(parent) && fileOf(process.ppid, fd) !== '/dev/null';
  } catch {
    return false;
  }
}

/** The file of another process's descriptor; undefined where it has none. */
function fileOf(pid: number, fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
