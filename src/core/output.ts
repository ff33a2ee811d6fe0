/** Where payload goes: stdout, a file, a list in a test. One writer at a time. */
export interface Output {
  /**
   * Takes the bytes before it returns: they are valid only until then. Gives false when it wants no more for
   * now: call again after `whenDrained` has called back. Never throws; a failure is told to `whenFailed`.
   */
  write(bytes: Uint8Array): boolean;
  /** Calls `run` once, as soon as all that was written has been taken by the system. */
  whenDrained(run: () => void): void;
}
