import { type Connection, type Folder, type OpenFile, WirelineError } from '../core/index.js';
import { FileHash, type Get } from './files-hash.js';
import { jsonLine, type Transfer } from './files-transfer.js';

/** Bytes that are read and sent before other connections have their turn. */
const turnSize = 1024 * 1024;

/** Begins the answer to a `get` or a plain name. Throws `refused` where there is no such file. */
export function download(peer: Connection, folder: Folder, request: Get, onOver: () => void): Transfer {
  const file = folder.open(request.path);
  if (file !== 'folder') return new FileDownload(peer, file, new FileHash(folder, file, request), request, onOver);
  if (request.type === 'plain') throw new WirelineError('refused', 'that is a folder');
  peer.write(jsonLine({ folder: request.path }));
  return { go: onOver, stop() {} };
}

/** One file on its way: what comes before the wanted bytes is only hashed; then a header, the bytes, a trailer. */
class FileDownload implements Transfer {
  #at = 0;
  #from = 0;
  #state: 'before' | 'sending' | 'over' = 'before';
  #scheduled = false;

  constructor(
    readonly peer: Connection,
    readonly file: OpenFile,
    readonly hash: FileHash,
    readonly request: Get,
    readonly onOver: () => void,
  ) {
    if (request.type === 'plain') return;
    this.#from = request.offset <= file.size ? request.offset : 0;
    if (!hash.fromStart) this.#at = this.#from;
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
    if (this.#state !== 'over') this.file.close();
    this.#state = 'over';
  }

  #pump(): void {
    if (this.#scheduled || this.#state === 'over') return;
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
    const { request, file } = this;
    if (request.type === 'plain') return;
    if (!this.hash.begin()) this.#from = this.#at = 0;
    this.peer.write(jsonLine({ get: request.path, size: file.size, offset: this.#from, time: file.time }));
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
