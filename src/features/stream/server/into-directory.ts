import { closeSync, linkSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, type MessageWriter, type Receiver, type Source, WirelineError } from '../../../core/index.js';
import { Quota } from '../../../io/quota.js';
import { endAt, writeSparse } from '../../../io/sparse.js';
import { TempNames } from '../../../io/temp-names.js';

/** Tells of a message that is in place. */
export type OnSaved = (saved: { path: string; bytes: number; remote: string }) => void;

/**
 * Writes each message to a file of its own in `folder`, which is made if it is not there: `message-000001` and
 * so on, after those that are there already. A message has its name only when it is whole; one that is cut
 * leaves nothing, and what a process of this host left that was killed is removed. A message for which there is no room
 * in `maxBytes`, of which what the folder held has a part, is cut. Throws where the folder cannot be made.
 */
export function intoDirectory(folder: string, onSaved: OnSaved = () => {}, maxBytes = Infinity): Receiver {
  try {
    mkdirSync(folder, { recursive: true });
    partNames.removeLeft(folder);
  } catch (cause) {
    throw new WirelineError('output', `cannot write into ${folder}: ${errorText(cause)}`, { cause });
  }
  const quota = new Quota(folder, maxBytes);
  let number = 0;
  const place = (part: string): string => {
    for (;;) {
      const path = join(folder, `message-${String(++number).padStart(6, '0')}`);
      // A link, unlike a rename, never replaces what another process has put there meanwhile.
      if (linked(part, path)) return path;
    }
  };
  return { begin: (source) => new FileMessage(folder, source, { place, onSaved, quota }) };
}

const partNames = new TempNames('.part');

class FileMessage implements MessageWriter {
  readonly #part: string;
  #hasPart = false;
  #fd: number | undefined;
  #bytes = 0;

  constructor(
    readonly folder: string,
    readonly source: Source,
    readonly how: { place: (part: string) => string; onSaved: OnSaved; quota: Quota },
  ) {
    this.#part = join(folder, partNames.next());
    this.#try(() => {
      this.#fd = openSync(this.#part, 'wx', 0o666);
      this.#hasPart = true;
    });
  }

  add(bytes: Uint8Array): void {
    this.#try((fd) => {
      this.how.quota.take(bytes.length);
      writeSparse(fd, bytes, this.#bytes);
      this.#bytes += bytes.length;
    });
  }

  finish(): void {
    this.#try((fd) => {
      endAt(fd, this.#bytes);
      closeSync(fd);
      this.#fd = undefined;
      const path = this.how.place(this.#part);
      this.#removePart();
      this.how.onSaved({ path, bytes: this.#bytes, remote: this.source.remote });
      this.source.done();
    });
  }

  abort(): void {
    if (this.#hasPart) this.how.quota.give(this.#bytes);
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#removePart();
  }

  #removePart(): void {
    if (this.#hasPart) unlinkSync(this.#part);
    this.#hasPart = false;
  }

  /** An error of the disk costs this message alone: its sender is cut, and so knows. */
  #try(run: (fd: number) => void): void {
    try {
      run(this.#fd ?? -1);
    } catch (error) {
      this.abort();
      this.source.abort('output', error as Error);
    }
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
