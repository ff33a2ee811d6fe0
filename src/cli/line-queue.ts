/** Bytes that wait at most, about, before no more lines ought to come. */
const most = 1024 * 1024;
/** Bytes that a line takes beside its own, so that empty ones are bounded too. */
const perLine = 64;

/**
 * Lines that wait for their reader. To take the first takes the same time however many wait: with `shift`, an array
 * of 100,000 moves all of them each time.
 */
export class LineQueue {
  #newest: Uint8Array[] = [];
  /** The oldest, last one first. */
  #oldest: Uint8Array[] = [];
  #bytes = 0;

  /** True if no more lines ought to come for now. */
  get full(): boolean {
    return this.#bytes >= most;
  }

  add(line: Uint8Array): void {
    this.#newest.push(line);
    this.#bytes += line.length + perLine;
  }

  /** The oldest line; undefined where none waits. */
  take(): Uint8Array | undefined {
    if (this.#oldest.length === 0) {
      this.#oldest = this.#newest.reverse();
      this.#newest = [];
    }
    const line = this.#oldest.pop();
    if (line) this.#bytes -= line.length + perLine;
    return line;
  }
}
