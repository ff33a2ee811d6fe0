/** A task for a thread of the pool. */
export interface TransformTask {
  /** A built-in transform's word, or the address (`file:`) of a module. */
  readonly transform: string;
  /** The message; without one the transform is only loaded. */
  readonly message?: Uint8Array;
}
