/** The work of a connection of the files service between two requests. */
export interface Transfer {
  /** Takes bytes that the client sends; absent where it has nothing to send but its next requests. */
  data?(bytes: Uint8Array): void;
  /** Begins, and goes on when the client reads again. */
  go(): void;
  /** The client will send nothing more. */
  cut?(): void;
  /** Lets go of the file. May be called again. */
  stop(): void;
}
