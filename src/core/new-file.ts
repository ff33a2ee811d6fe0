import type { FileAttributes } from './file-attributes.js';

/** How a {@link NewFile} gets its place, and which attributes of the original it keeps. */
export interface NewFileOptions extends FileAttributes {
  /** Replaces a file of its name. */
  readonly replace: boolean;
  /** Waits for the disk, so that the file survives a power cut. */
  readonly sync: boolean;
}

/** A file that is being written, and is in nobody's way until it is whole. */
export interface NewFile {
  /** Adds bytes, which are valid until this returns. Throws where the disk does not take them. */
  write(bytes: Uint8Array): void;
  /** Resolves once the disk has what was written, where the file is one to wait for. Rejects where the disk fails. */
  flush(): Promise<void>;
  /** Puts the file in its place, whole. Throws `refused` where one is there that must not be replaced; nothing is then left of it. */
  finish(): void;
  /** Leaves nothing behind. After `finish` it does nothing. */
  abort(): void;
}
