import { modeText } from '../../../core/file-attributes.js';
import type { Connection } from '../../../core/index.js';
import { jsonLine } from '../protocol/messages.js';
import type { OpenFile } from '../protocol/tree.js';
import type { FileHash, Get } from './hash.js';
import { HashJobs } from './hash-jobs.js';
import type { Transfer } from './transfer.js';

/** Files that are hashed at a time before the first byte of them is sent, and bytes from which on that is a job. */
const jobs = new HashJobs(4);
const jobSize = 1024 * 1024;

/** Bytes that are read and sent before other connections have their turn. */
const turnSize = 1024 * 1024;

/** One file on its way: what comes before the wanted bytes is only hashed; then a header, the bytes, a trailer. */
export class FileSending implements Transfer {
  #at = 0;
  #from = 0;
  #state: 'before' | 'sending' | 'over' = 'before';
  #scheduled = false;
  /** The place of a long hash among those of others. */
  #job: { readonly leave: () => void; begun: boolean } | undefined;

  constructor(
    readonly peer: Connection,
    readonly file: OpenFile,
    readonly hash: FileHash,
    readonly request: Get,
    readonly onOver: () => void,
  ) {
    if (request.type === 'plain') return;
    this.#from = request.offset <= file.size ? request.offset : 0;
    this.#at = hash.begin(this.#from);
  }

  go(): void {
    try {
      this.#pump();
    } catch (error) {
      this.stop();
      this.peer.close('failed', error as Error);
    }
  }

  stop(): void {
    this.#job?.leave();
    if (this.#state !== 'over') this.file.close();
    this.#state = 'over';
  }

  /** The client has ended. It may be gone: nothing is hashed for it that it would not be sent. */
  cut(): void {
    if (!this.#isJob) return;
    this.stop();
    this.peer.write(jsonLine({ error: 'the rest of a file is sent only to a client that has not ended its side' }));
    this.onOver();
  }

  get #isJob(): boolean {
    return this.#state === 'before' && this.#from - this.#at >= jobSize;
  }

  /** True if the bytes before the first that is sent may be hashed now; if not, it goes on later. */
  #mayHash(): boolean {
    if (this.#job) return this.#job.begun;
    if (!this.#isJob) return true;
    const leave = jobs.enter(() => {
      Object.assign(this.#job ?? {}, { begun: true });
      this.go();
    });
    this.#job = { leave, begun: false };
    return false;
  }

  #pump(): void {
    if (this.#scheduled || this.#state === 'over' || !this.#mayHash()) return;
    let room = true;
    for (let read = 0; room && read < turnSize; ) {
      if (this.#state === 'before' && this.#at >= this.#from) this.#begin();
      const end = this.#state === 'before' ? this.#from : this.file.size;
      if (this.#at >= end) return this.#finish();
      const bytes = this.file.read(this.#at, Math.min(turnSize, end - this.#at));
      if (bytes.length === 0) throw new Error('the file became shorter while it was sent');
      this.hash.update(bytes);
      if (this.#state === 'sending') room = this.peer.write(bytes);
      this.#at += bytes.length;
      read += bytes.length;
    }
    if (room) this.#goLater();
  }

  /** Sends the header. A client whose bytes before the offset are not ours is sent the file from its beginning. */
  #begin(): void {
    this.#state = 'sending';
    this.#job?.leave();
    const { request, file } = this;
    if (request.type === 'plain') return;
    if (!this.hash.isPrefix()) this.#from = this.#at = 0;
    const mode = file.mode === undefined ? {} : { mode: modeText(file.mode) };
    this.peer.write(jsonLine({ get: request.path, size: file.size, offset: this.#from, time: file.time, ...mode }));
  }

  #goLater(): void {
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.go();
    });
  }

  #finish(): void {
    if (this.file.changed() && this.request.type === 'plain') throw new Error('the file changed while it was sent');
    const trailer = this.file.changed()
      ? { error: 'the file changed while it was sent' }
      : { bytes: this.file.size, sha256: this.hash.hex() };
    this.stop();
    if (this.request.type === 'plain') return this.peer.close('ended');
    this.peer.write(jsonLine(trailer));
    this.onOver();
  }
}
