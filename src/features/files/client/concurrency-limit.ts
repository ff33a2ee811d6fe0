/** Small files that are on their way at a time, and their bytes, about: what a server has to keep of one client. */
const most = { files: 32, bytes: 256 * 1024 };

/**
 * Work of which several pieces are in hand at a time, so that none waits for the network or the disk alone. Results are
 * given in the order in which the work began.
 */
export class ConcurrencyLimit<T> {
  readonly #inHand: { readonly result: Promise<T>; readonly size: number }[] = [];
  #bytes = 0;

  constructor(readonly onDone: (result: T) => void) {}

  /** Resolves once there is room for `size` more bytes: what is larger than all room is alone. Rejects as the oldest does. */
  async room(size: number): Promise<void> {
    while (this.#inHand.length >= most.files || (this.#inHand.length > 0 && this.#bytes + size > most.bytes)) {
      await this.#oldest();
    }
  }

  /** Returns true where `size` bytes are few enough to be in hand beside others. */
  takes(size: number): boolean {
    return size <= most.bytes;
  }

  add(result: Promise<T>, size: number): void {
    // It is waited for in its turn.
    result.catch(() => {});
    this.#inHand.push({ result, size });
    this.#bytes += size;
  }

  /** Resolves once all is done. Rejects with the first failure, in order, once nothing is in hand any more. */
  async settled(): Promise<void> {
    const failures: unknown[] = [];
    while (this.#inHand.length > 0) await this.#oldest().catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  async #oldest(): Promise<void> {
    const { result, size } = this.#inHand.shift() as { result: Promise<T>; size: number };
    this.#bytes -= size;
    this.onDone(await result);
  }
}
