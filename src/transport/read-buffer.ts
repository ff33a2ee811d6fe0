/**
 * One buffer that all sockets of the process read into. A read, and the handler it is given to, are one
 * synchronous step, so no two connections use it at the same time; and nothing is allocated a read, which is
 * worth half of the throughput of a stream (`benchmarks/README.md`).
 */

/** Bytes a read takes at most. Larger reads were not faster over loopback, and spoil the cache. */
export const readSize = 64 * 1024;

let buffer = Buffer.allocUnsafeSlow(readSize);

/** The buffer to read into next. */
export function readBuffer(): Buffer {
  return buffer;
}

/** Whether `bytes` are a view of the read buffer, so that the next read will overwrite them. */
export function isTransient(bytes: Uint8Array): boolean {
  return bytes.buffer === buffer.buffer;
}

/**
 * Gives the same bytes, in memory that no read will overwrite. A small view is copied; a large one keeps the
 * memory, and the next read gets a new buffer.
 */
export function keep(bytes: Uint8Array): Uint8Array {
  if (!isTransient(bytes)) return bytes;
  if (bytes.length * 2 < readSize) return Buffer.from(bytes);
  detach(bytes);
  return bytes;
}

/** Leaves the memory under `bytes` to its holder, where it is the read buffer's: the next read gets a new one. */
export function detach(bytes: Uint8Array): void {
  if (isTransient(bytes)) buffer = Buffer.allocUnsafeSlow(readSize);
}
