import { fstatSync, ftruncateSync, writeSync } from 'node:fs';

/** The block of most file systems: what is all zeros between two multiples of it takes no room. */
const block = 4096;
const zeros = new Uint8Array(block);

/**
 * Writes bytes at the end of a file, or after it. Blocks of zeros are not written, which leaves a hole: a sparse file, such
 * as the image of a disk, stays sparse. When all is written, {@link endAt} must be called.
 */
export function writeSparse(fd: number, bytes: Uint8Array, place: number): void {
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + block - ((place + at) % block));
    if (isZero(bytes, at, end)) {
      writeAll(fd, bytes.subarray(from, at), place + from);
      from = end;
    }
    at = end;
  }
  writeAll(fd, bytes.subarray(from), place + from);
}

/** Has a file end at `size`, also where it ends with a hole. */
export function endAt(fd: number, size: number): void {
  if (fstatSync(fd).size !== size) ftruncateSync(fd, size);
}

/** The first and the last byte tell most blocks. */
function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  if (bytes[from] !== 0 || bytes[to - 1] !== 0) return false;
  return Buffer.compare(bytes.subarray(from, to), zeros.subarray(0, to - from)) === 0;
}

function writeAll(fd: number, bytes: Uint8Array, place: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, place + at);
}
