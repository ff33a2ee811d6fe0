import { isReused, isShared, keep, Reusable } from '../core/index.js';

/** Bytes below which several writes are copied into one rather than handed to the system as a list. */
const copyBelow = 64 * 1024;
/** Bytes that are handed to the system at a time, so that a large backlog shows its progress. */
const batchSize = 512 * 1024;
/** The size of the blocks that small writes are gathered in while the system is busy. */
const blockSize = 16 * 1024;

const staging = new Reusable(copyBelow, Buffer.allocUnsafe);

/**
 * What a connection has still to send, in order. Small pieces are gathered in blocks, so that a backlog of
 * many small writes takes the memory of its bytes and not of its pieces.
 */
export class SendQueue {
  #pieces: Uint8Array[] = [];
  /** The piece to take next: shifting an array would move all the others. */
  #first = 0;
  /** Pieces before this one are known to be safe from the next read. */
  #kept = 0;
  #block: Buffer | undefined;
  #used = 0;
  /** Bytes that wait. */
  bytes = 0;

  /** Adds bytes that stay valid until they are taken. */
  push(bytes: Uint8Array): void {
    this.#closeBlock();
    this.#pieces.push(bytes);
    this.bytes += bytes.length;
  }

  /** Adds bytes by copy where they are small, and else keeps their memory (see {@link keep}). */
  gather(bytes: Uint8Array): void {
    if (bytes.length >= blockSize) {
      this.push(keep(bytes));
      return;
    }
    if (this.#block && this.#used + bytes.length > this.#block.length) this.#closeBlock();
    this.#block ??= Buffer.allocUnsafeSlow(blockSize);
    this.#block.set(bytes, this.#used);
    this.#used += bytes.length;
    this.bytes += bytes.length;
  }

  /** Makes every piece safe from the next read. */
  keepAll(): void {
    for (let i = Math.max(this.#first, this.#kept); i < this.#pieces.length; i++) {
      const piece = this.#pieces[i] as Uint8Array;
      if (isReused(piece)) this.#pieces[i] = keep(piece);
    }
    this.#kept = this.#pieces.length;
  }

  /**
   * Takes the next bytes, as one piece or a list of them; nothing where the queue is empty. They stay valid while
   * the system takes them if they are then released: none are in memory that is shared.
   */
  take(): Uint8Array | Uint8Array[] | undefined {
    this.#closeBlock();
    if (this.#pieces.length === 1 && !isShared(this.#pieces[0] as Uint8Array)) {
      this.bytes = 0;
      this.#kept = 0;
      return this.#pieces.pop();
    }
    const from = this.#first;
    let to = from;
    let size = 0;
    while (to < this.#pieces.length && size < batchSize) size += (this.#pieces[to++] as Uint8Array).length;
    if (to === from) return undefined;
    const taken = this.#pieces.slice(from, to);
    this.#forget(to);
    this.bytes -= size;
    if (size <= copyBelow && (taken.length > 1 || isShared(taken[0] as Uint8Array))) return joined(taken, size);
    const safe = taken.map((piece) => (isShared(piece) ? keep(piece) : piece));
    return safe.length === 1 ? safe[0] : safe;
  }

  /** Drops all that waits. */
  clear(): void {
    this.#pieces = [];
    this.#first = 0;
    this.#kept = 0;
    this.#block = undefined;
    this.#used = 0;
    this.bytes = 0;
  }

  #forget(to: number): void {
    if (to === this.#pieces.length) {
      this.#pieces = [];
      this.#first = 0;
      this.#kept = 0;
      return;
    }
    this.#first = to;
    if (to > 1024) {
      this.#pieces = this.#pieces.slice(to);
      this.#first = 0;
      this.#kept = Math.max(0, this.#kept - to);
    }
  }

  #closeBlock(): void {
    if (!this.#block) return;
    this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }
}

function joined(pieces: Uint8Array[], size: number): Uint8Array {
  let at = 0;
  for (const piece of pieces) {
    staging.bytes.set(piece, at);
    at += piece.length;
  }
  return staging.bytes.subarray(0, size);
}
