import { isReused, isShared, Reusable, retain } from '../core/index.js';
import { enterSlab, giveBack, leaveSlab, type SlabWriter, slabSize } from './slab.js';

/** Bytes below which several writes are copied into one rather than handed to the system as a list. */
const copyBelow = 64 * 1024;
/** Bytes that are handed to the system at a time, so that a large backlog shows its progress. */
const batchSize = 512 * 1024;
/** The size of the blocks that small writes are gathered in while the system is busy. */
const blockSize = slabSize;

const staging = new Reusable(copyBelow, Buffer.allocUnsafe);

/**
 * The bytes that a connection has still to send, in order. Small pieces are gathered in blocks, so that a backlog of
 * many small writes takes the memory of its bytes and not of its pieces.
 */
export class SendQueue implements SlabWriter {
  #pieces: Uint8Array[] = [];
  /** The piece to take next: shifting an array would move all the others. */
  #first = 0;
  /** Pieces before this one are known to be safe from the next read. */
  #kept = 0;
  /** Where small writes are being copied: from `#from` on, up to `#used`, and no further than `#limit`. */
  #block: Buffer | undefined;
  #from = 0;
  #used = 0;
  #limit = 0;
  /** Bytes that wait. */
  bytes = 0;

  /** Adds bytes that stay valid until they are taken. */
  push(bytes: Uint8Array): void {
    this.#closeBlock();
    this.#pieces.push(bytes);
    this.bytes += bytes.length;
  }

  /** Adds bytes by copy where they are small, and else keeps their memory (see {@link retain}). */
  gather(bytes: Uint8Array): void {
    if (bytes.length >= blockSize) {
      this.push(retain(bytes));
      return;
    }
    if (!this.#hasRoomFor(bytes)) {
      this.#closeBlock();
      this.#block = Buffer.allocUnsafeSlow(blockSize);
      this.#from = 0;
      this.#used = 0;
      this.#limit = blockSize;
    }
    this.#fill(bytes);
  }

  /**
   * Adds small bytes by copy, into memory of all queues (a slab): for one that will soon be taken, as a block of its own
   * is much to ask for. To look whether the bytes are reused would cost more, for small ones that were just made.
   */
  copy(bytes: Uint8Array): void {
    if (!this.#hasRoomFor(bytes)) {
      this.#closeBlock();
      this.#enterSlab(bytes.length);
    }
    this.#fill(bytes);
  }

  /** Makes every piece safe from the next read. */
  keepAll(): void {
    for (let i = Math.max(this.#first, this.#kept); i < this.#pieces.length; i++) {
      const piece = this.#pieces[i] as Uint8Array;
      if (isReused(piece)) this.#pieces[i] = retain(piece);
    }
    this.#kept = this.#pieces.length;
  }

  /**
   * Takes the next bytes, as one piece or a list of them; nothing where the queue is empty. They stay valid while
   * the system takes them if they are then released: none are in memory that is shared. Where the system has taken
   * them at once, {@link giveBack} says so.
   */
  take(): Uint8Array | Uint8Array[] | undefined {
    const last = this.#leaveBlock();
    if (last && this.#pieces.length === 0) {
      this.bytes = 0;
      return last;
    }
    if (last) this.#pieces.push(last);
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
    if (size <= copyBelow && (taken.length > 1 || isShared(taken[0] as Uint8Array))) {
      const copy = joined(taken, size);
      taken.forEach(giveBack);
      return copy;
    }
    const safe = taken.map((piece) => (isShared(piece) ? retain(piece) : piece));
    return safe.length === 1 ? safe[0] : safe;
  }

  /** Drops all that waits. */
  clear(): void {
    this.#pieces = [];
    this.#first = 0;
    this.#kept = 0;
    this.#leaveBlock();
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

  #hasRoomFor({ length }: Uint8Array): boolean {
    return this.#block !== undefined && this.#used + length <= this.#limit;
  }

  #fill(bytes: Uint8Array): void {
    this.#block?.set(bytes, this.#used);
    this.#used += bytes.length;
    this.bytes += bytes.length;
  }

  #closeBlock(): void {
    const last = this.#leaveBlock();
    if (last) this.#pieces.push(last);
  }

  /** Returns what was copied, and copies no more after it. */
  #leaveBlock(): Uint8Array | undefined {
    const filled = this.#block?.subarray(this.#from, this.#used);
    leaveSlab(this);
    this.#block = undefined;
    return filled;
  }

  #enterSlab(size: number): void {
    const { memory, from } = enterSlab(this, size);
    this.#block = memory;
    this.#from = from;
    this.#used = from;
    this.#limit = slabSize;
  }

  /** For slabs alone: the next queue copies on from here; this one keeps what it has. */
  leaveSlab(): number {
    this.#limit = this.#used;
    return this.#used;
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
