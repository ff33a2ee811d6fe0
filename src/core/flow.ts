import type { Reason } from './reason.js';

/** Where payload goes: stdout, a file, a list in a test. One writer at a time. */
export interface Output {
  /**
   * Writes the bytes after those before. Returns true when the system has taken them all, and false when some are
   * held in memory: no more ought to be written until `whenDrained` has called back. The bytes are valid only
   * until this returns. Never throws: after a failure nothing drains any more, and who made the output is told.
   */
  write(bytes: Uint8Array): boolean;
  /** Calls `run` once, as soon as the system has taken all that was written; at once, where it has. */
  whenDrained(run: () => void): void;
}

/** Where payload comes from: stdin, a file, a list in a test. */
export interface Input {
  /**
   * Gives the bytes to `receive` as they come, then calls `done`, with an error where reading failed. The bytes
   * are valid until `receive` returns; what keeps them, copies them (or see {@link keep}). Where `receive` gives
   * false, nothing more comes until `resume`. Called once.
   */
  read(receive: (bytes: Uint8Array) => boolean, done: (error?: Error) => void): void;
  /** Goes on after `receive` gave false. */
  resume(): void;
  /** Reads no more and lets go of the source; `done` is not called. */
  stop(): void;
}

/** Takes whole messages from many sources at once: one output that is written in turns, a folder, a list. */
export interface Receiver {
  /** A new message from `source`, which is still to come. */
  begin(source: Source): MessageWriter;
}

/** The sender of a message, as a {@link Receiver} sees it. */
export interface Source {
  /** For the log: the peer's address. */
  readonly remote: string;
  /** Asks for no more bytes for now; what was already read may still come. */
  pause(): void;
  resume(): void;
  /** The whole message has been taken by the system. Called once, after `finish`. */
  done(): void;
  /** The message is given up, for `reason`; nothing more is taken of it. */
  abort(reason: Reason, error?: Error): void;
}

/** A message on its way into a {@link Receiver}. */
export interface MessageWriter {
  /** Adds bytes, which are valid until this returns. */
  add(bytes: Uint8Array): void;
  /** The message is whole. */
  finish(): void;
  /** The message will never be whole: what can be taken back of it is dropped. */
  abort(): void;
}

/** Holds bytes until they can be written, oldest first: in memory, and beyond that in a temporary file. */
export interface Spool {
  /** Bytes held. */
  readonly size: number;
  /** Adds bytes, which are valid until this returns. Returns false when no more ought to come: they are held all the same. */
  add(bytes: Uint8Array): boolean;
  /** Takes the oldest bytes; undefined where none are held. They are valid until the next call. */
  take(): Uint8Array | undefined;
  /** Drops what is held and lets go of its memory and file. */
  discard(): void;
}
