import {
  asWirelineError,
  type Clock,
  type Connection,
  type Folder,
  type Handler,
  type Service,
  systemClock,
} from '../core/index.js';
import { download } from './files-download.js';
import { listing } from './files-listing.js';
import { BRACE, parseRequest, type Request } from './files-request.js';
import { RequestReader } from './files-request-reader.js';
import { jsonLine, type Transfer } from './files-transfer.js';
import { FileUpload } from './files-upload.js';

/** How {@link files} serves: what, by which clock, and whether clients may put files too. */
export interface FilesOptions {
  readonly folder: Folder;
  readonly clock?: Clock;
  readonly writable?: boolean;
}

const encoder = new TextEncoder();

/**
 * Serves the files of a folder. A line that is a plain name is answered with the file's bytes and the end of the
 * connection, for nc. A line of JSON (`{"get":NAME,"offset":N}`, `{"list":PATH}`, `{"put":NAME}`) is answered as
 * `docs/reference/files-protocol.md` says, and another may follow. What is refused is told in a line.
 */
export function files(options: FilesOptions): Service {
  return (peer) => new FilesHandler(peer, options);
}

class FilesHandler implements Handler {
  readonly #requests: RequestReader;
  #transfer: Transfer | undefined;

  constructor(
    readonly peer: Connection,
    readonly options: FilesOptions,
  ) {
    const onEnd = () => peer.end();
    this.#requests = new RequestReader(options.clock ?? systemClock, (line) => this.#onRequest(line), onEnd);
  }

  data(bytes: Uint8Array): void {
    if (this.#transfer?.data) this.#transfer.data(bytes);
    else this.#requests.push(bytes);
  }

  drain(): void {
    this.#transfer?.go();
  }

  end(): void {
    const begun = this.#transfer;
    this.#requests.end();
    begun?.cut?.();
  }

  close(): void {
    this.#requests.stop();
    this.#transfer?.stop();
  }

  #onRequest(line: Uint8Array): void {
    const plain = line[0] !== BRACE;
    this.#requests.hold();
    try {
      this.#serve(parseRequest(line));
    } catch (error) {
      const { code, message } = asWirelineError(error);
      this.#transfer = undefined;
      this.peer.write(plain ? encoder.encode(`error: ${message}\n`) : jsonLine({ error: message }));
      if (plain) this.peer.close(code === 'refused' ? 'ended' : code);
      else this.#onTransferred();
    }
  }

  #serve(request: Request): void {
    const { folder, writable = false } = this.options;
    const over = () => this.#onTransferred();
    if (request.type === 'put') this.#transfer = new FileUpload(this.peer, folder, request, writable, over);
    else if (request.type === 'list') this.#transfer = listing(this.peer, folder, request.path, over);
    else this.#transfer = download(this.peer, folder, request, over);
    const transfer = this.#transfer;
    transfer.go();
    // What a client sends without waiting for the answer belongs to its file.
    if (transfer.data) transfer.data(this.#requests.take());
    if (this.#requests.ended && this.#transfer === transfer) transfer.cut?.();
  }

  #onTransferred(): void {
    this.#transfer = undefined;
    this.#requests.go();
  }
}
