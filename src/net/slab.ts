/** The size of a slab: small writes of several connections stand in it one after the other. */
export const slabSize = 16 * 1024;
/** Slabs that are kept for later. More than this are needed only in a burst. */
const maxSpares = 64;

/** The writer of a slab at present. */
export interface SlabWriter {
  /** Another will copy on from here: to keep what is written, and write no further. Returns where it stopped. */
  leaveSlab(): number;
}

/** Memory for small writes, which is filled anew once the system has taken all of them. */
class Slab {
  readonly memory = Buffer.allocUnsafeSlow(slabSize);
  used = 0;
  /** Pieces of it that somebody will read. */
  pieces = 0;
  writer: SlabWriter | undefined;
}

const slabs = new WeakMap<ArrayBufferLike, Slab>();
const spares: Slab[] = [];
let current = fresh();

/** Where a writer may copy to: from `from` on, up to the end. */
export interface SlabPlace {
  readonly memory: Buffer;
  readonly from: number;
}

/** Gives `writer` a place for `size` bytes and more, as one piece. The one that wrote before it stops. */
export function enterSlab(writer: SlabWriter, size: number): SlabPlace {
  leaveSlab(current.writer);
  if (current.used + size > slabSize) current = spares.pop() ?? fresh();
  current.writer = writer;
  current.pieces++;
  return { memory: current.memory, from: current.used };
}

/** `writer` writes no more where it is, if it is still the one that writes. */
export function leaveSlab(writer: SlabWriter | undefined): void {
  if (!writer || current.writer !== writer) return;
  current.writer = undefined;
  current.used = writer.leaveSlab();
}

/**
 * Nobody reads `piece` any more: its memory is used again once this was said of every piece of it. Where it is never
 * said, as the system may read a piece at any later time, the memory is left to the garbage collector.
 */
export function giveBack(piece: Uint8Array): void {
  const slab = slabs.get(piece.buffer);
  if (!slab || --slab.pieces > 0) return;
  slab.used = 0;
  if (slab !== current && spares.length < maxSpares) spares.push(slab);
}

function fresh(): Slab {
  const slab = new Slab();
  slabs.set(slab.memory.buffer, slab);
  return slab;
}
