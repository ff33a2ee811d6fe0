import {
  asWirelineError,
  type Connection,
  type Handler,
  systemClock,
  turnShare,
  type WirelineError,
} from '../core/index.js';
import { withoutMark } from '../framing/index.js';
import type { FilesOptions } from './files.js';
import { begin } from './files-begin.js';
import { BRACE, parseRequest, type Request } from './files-request.js';
import { RequestReader } from './files-request-reader.js';
import { jsonLine, type Transfer } from './files-transfer.js';
import type { ListPace } from './list-pace.js';

/** One client of {@link files}. */
export class FilesHandler implements Handler {
  readonly #requests: RequestReader;
  #transfer: Transfer | undefined;
  /** The client has still to take an answer. */
  #untaken = false;
  #stopping = false;

  constructor(
    readonly peer: Connection,
    readonly options: FilesOptions & { readonly lists: ListPace },
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

  /** A file that is on its way to the client is sent whole. */
  stopping(): void {
    this.#requests.stop();
    this.#stopping = true;
    if (!this.#transfer || this.#transfer.data) this.peer.close('shutdown');
  }

  close(): void {
    this.#requests.stop();
    this.#transfer?.stop();
    this.options.lists.stop();
  }

  #onRequest(bytes: Uint8Array): void {
    const line = withoutMark(bytes);
    this.#requests.hold();
    try {
      this.#serve(parseRequest(line));
    } catch (error) {
      const refusal = asWirelineError(error);
      this.#transfer = undefined;
      // A server that is short of descriptors is no good to this client now, and its log says so.
      if (line[0] !== BRACE || refusal.code === 'failed') return this.#refuse(line, refusal);
      this.peer.write(jsonLine({ error: refusal.message }));
      this.#onTransferred();
    }
  }

  /** Tells the client why it is not served, and closes. */
  #refuse(line: Uint8Array, error: WirelineError): void {
    const { code, message } = error;
    this.peer.write(line[0] === BRACE ? jsonLine({ error: message }) : `error: ${message}\n`);
    if (code === 'refused') this.peer.close('ended');
    else this.peer.close(code, error);
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
    if (this.#stopping) return this.peer.close('shutdown');
    this.#untaken = this.peer.backlog >= turnShare.bytes;
    if (!this.#untaken) this.#requests.go();
  }
}
