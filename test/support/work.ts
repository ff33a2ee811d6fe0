/** Bytes that were looked at and bytes that were moved. */
export interface Work {
  scanned: number;
  copied: number;
}

/**
 * Counts what `run` does with bytes, so that a test can tell linear work from quadratic work without a clock:
 * wraps the methods of `Uint8Array` that search and copy, while it runs.
 */
export function countWork(run: () => void): Work {
  const work: Work = { scanned: 0, copied: 0 };
  const { indexOf, set, slice, copyWithin } = Uint8Array.prototype;
  Uint8Array.prototype.indexOf = function (value, from = 0) {
    const at = indexOf.call(this, value, from);
    work.scanned += (at === -1 ? this.length : at + 1) - from;
    return at;
  };
  Uint8Array.prototype.set = function (source, at) {
    work.copied += source.length;
    set.call(this, source, at);
  };
  Uint8Array.prototype.slice = function (from, to) {
    const copy = slice.call(this, from, to);
    work.copied += copy.length;
    return copy as Uint8Array<ArrayBuffer>;
  };
  Uint8Array.prototype.copyWithin = function (target, from, to) {
    work.copied += this.length;
    return copyWithin.call(this, target, from, to) as typeof this;
  };
  try {
    run();
  } finally {
    Object.assign(Uint8Array.prototype, { indexOf, set, slice, copyWithin });
  }
  return work;
}
