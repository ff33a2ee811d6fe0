/**
 * Memory that is filled again and again: what a socket or a file is read into. Nothing is allocated a read,
 * which is worth half of the throughput of a stream (`benchmarks/README.md`); the price is that a view of it
 * is valid for a moment only. Whoever needs it for longer calls {@link keep}.
 */
export class Reusable {
  #bytes: Uint8Array;

  constructor(
    /** Bytes of a fill, at most. */
    readonly size: number,
    /** Gives memory, which need not be zeroed. */
    readonly allocate: (size: number) => Uint8Array,
  ) {
    this.#bytes = this.#fresh();
  }

  /** The memory to fill next. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Leaves the present memory to who holds a view of it, and takes new memory for the next fill. */
  renew(): void {
    owners.delete(this.#bytes.buffer);
    this.#bytes = this.#fresh();
  }

  #fresh(): Uint8Array {
    const bytes = this.allocate(this.size);
    owners.set(bytes.buffer, this);
    return bytes;
  }
}

const owners = new WeakMap<ArrayBufferLike, Reusable>();

/** Whether `bytes` are a view of memory that will soon be filled with something else. */
export function isReused(bytes: Uint8Array): boolean {
  return owners.has(bytes.buffer);
}

/**
 * Gives the same bytes in memory that stays as it is. Of reused memory a small view is copied, and for a large
 * one the memory itself is taken out of use; other bytes are given back as they are.
 */
export function keep(bytes: Uint8Array): Uint8Array {
  const owner = owners.get(bytes.buffer);
  if (!owner) return bytes;
  if (bytes.length * 2 >= owner.size) {
    owner.renew();
    return bytes;
  }
  const copy = owner.allocate(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Takes the memory under `bytes` out of use, where it is reused, so that `bytes` stay valid. */
export function release(bytes: Uint8Array): void {
  owners.get(bytes.buffer)?.renew();
}
