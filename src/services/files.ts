import {
  asWirelineError,
  type Clock,
  type Connection,
  type Folder,
  type Handler,
  type Service,
  systemClock,
  turnShare,
  type WirelineError,
} from '../core/index.js';
import { begin } from './files-begin.js';
import { BRACE, parseRequest, type Request } from './files-request.js';
import { RequestReader } from './files-request-reader.js';
import { jsonLine, type Transfer } from './files-transfer.js';

/** How {@link files} serves: what, by which clock, and whether clients may put files too. */
export interface FilesOptions {
  readonly folder: Folder;
  readonly clock?: Clock;
  readonly writable?: boolean;
}

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
  /** The client has still to take an answer. */
  #untaken = false;

  constructor(
    readonly peer: Connection,
    readonly options: FilesOptions,
  ) {
    this.#requests = new RequestReader({
      peer,
      clock: options.clock ?? systemClock,
      onRequest: (line) => this.#onRequest(line),
      onEnd: () => peer.end(),
      onTooLong: (line, error) => this.#refuse(line, error),
    });
  }

  data(bytes: Uint8Array): void {
    if (this.#transfer?.data) this.#transfer.data(bytes);
    else this.#requests.push(bytes);
  }

  drain(): void {
    if (this.#transfer) this.#transfer.go();
    else if (this.#untaken) this.#onTransferred();
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
    this.#requests.hold();
    try {
      this.#serve(parseRequest(line));
    } catch (error) {
      const refusal = asWirelineError(error);
      this.#transfer = undefined;
      if (line[0] !== BRACE) return this.#refuse(line, refusal);
      this.peer.write(jsonLine({ error: refusal.message }));
      this.#onTransferred();
    }
  }

  /** Tells the client why it is not served, and closes. */
  #refuse(line: Uint8Array, { code, message }: WirelineError): void {
    this.peer.write(line[0] === BRACE ? jsonLine({ error: message }) : `error: ${message}\n`);
    this.peer.close(code === 'refused' ? 'ended' : code);
  }

  #serve(request: Request): void {
    const transfer = begin(this.peer, this.options, request, () => this.#onTransferred());
    this.#transfer = transfer;
    transfer.go();
    // What a client sends without waiting for the answer belongs to its file.
    if (transfer.data) transfer.data(this.#requests.take());
    if (this.#requests.ended && this.#transfer === transfer) transfer.cut?.();
  }

  /** The next request is begun when the answer to this one was taken, but for what the system has room for. */
  #onTransferred(): void {
    this.#transfer = undefined;
    this.#untaken = this.peer.backlog >= turnShare.bytes;
    if (!this.#untaken) this.#requests.go();
  }
}
