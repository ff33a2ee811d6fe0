/**
 * Memory that is filled again and again: what a socket or a file is read into. Nothing is allocated a read,
 * which is worth half of the throughput of a stream (`benchmarks/README.md`); the price is that a view of it
 * is valid for a moment only. Whoever needs it for longer calls {@link retain}.
 */
export class Reusable {
  #bytes: Uint8Array | undefined;
  #lent = 0;

  constructor(
    /** Bytes of a fill, at most. */
    readonly size: number,
    /** Returns memory, which need not be zeroed. */
    readonly allocate: (size: number) => Uint8Array,
  ) {}

  /** The memory to fill next. */
  get bytes(): Uint8Array {
    if (!this.#bytes) {
      this.#bytes = this.allocate(this.size);
      owners.set(this.#bytes.buffer, this);
    }
    return this.#bytes;
  }

  /**
   * Gives the memory to one of several readers, which will fill it at a time of its own: a socket says where
   * its next read goes when the one before has ended, and may be idle for hours in between.
   */
  lend(): Uint8Array {
    this.#lent++;
    return this.bytes;
  }

  /** A reader will not fill `bytes`, which it was lent, any more. Those that are out of use already are let go. */
  giveBack(bytes: Uint8Array): void {
    if (bytes === this.#bytes) this.#lent--;
  }

  /** True if others than the reader that has just filled the memory will fill it too, so that nobody can have it. */
  get shared(): boolean {
    return this.#lent > 1;
  }

  /** Leaves the present memory to who holds a view of it, and takes new memory for the next fill. Not where it is shared. */
  renew(): void {
    if (this.#bytes) owners.delete(this.#bytes.buffer);
    this.#bytes = undefined;
    this.#lent = 0;
  }
}

const owners = new WeakMap<ArrayBufferLike, Reusable>();

/** True if `bytes` are a view of memory that will soon be filled with something else. */
export function isReused(bytes: Uint8Array): boolean {
  return owners.has(bytes.buffer);
}

/** True if `bytes` are a view of reused memory that several readers fill: they can be copied, but not released. */
export function isShared(bytes: Uint8Array): boolean {
  return owners.get(bytes.buffer)?.shared === true;
}

/**
 * Returns the same bytes in memory that stays as it is. Of reused memory a small view is copied, and for a large
 * one the memory itself is taken out of use, unless it is shared; other bytes are given back as they are.
 */
export function retain(bytes: Uint8Array): Uint8Array {
  const owner = owners.get(bytes.buffer);
  if (!owner) return bytes;
  if (bytes.length * 2 >= owner.size && !owner.shared) {
    owner.renew();
    return bytes;
  }
  const copy = owner.allocate(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Takes the memory under `bytes` out of use, where it is reused, so that they stay valid. Not where {@link isShared}. */
export function release(bytes: Uint8Array): void {
  owners.get(bytes.buffer)?.renew();
}
