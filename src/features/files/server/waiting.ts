import { concat, retain } from '../../../core/index.js';

/** Bytes of requests that wait. Adding to them costs the same however many there are; they are joined when looked at. */
export class WaitingBytes {
  #chunks: Uint8Array[] = [];
  size = 0;

  add(bytes: Uint8Array): void {
    this.#chunks.push(retain(bytes));
    this.size += bytes.length;
  }

  /** All of them, in one piece. */
  get bytes(): Uint8Array {
    const [first = new Uint8Array(0)] = this.#chunks;
    if (this.#chunks.length < 2) return first;
    const all = concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }

  /** Forgets the first `count`, or all. */
  drop(count = this.size): void {
    const rest = this.bytes.subarray(count);
    this.#chunks = [rest];
    this.size = rest.length;
  }
}
