import { asWirelineError, type Connection, type Handler, systemClock, turnShare } from '../../../core/index.js';
import { withoutMark } from '../../../framing/index.js';
import { Answers } from './answers.js';
import { begin } from './begin.js';
import type { FilesContext, FilesShared } from './context.js';
import { refused, refuseRequest } from './refusal.js';
import { parseRequest, type Request } from './request.js';
import { RequestReader } from './request-reader.js';
import type { Transfer } from './transfer.js';

/** One client of {@link files}. */
export class FilesHandler implements Handler {
  readonly #requests: RequestReader;
  readonly #answers: Answers;
  readonly #context: FilesContext;
  #transfer: Transfer | undefined;
  /** The client has still to take an answer. */
  #untaken = false;
  #stopping = false;

  constructor(peer: Connection, options: FilesShared) {
    this.#answers = new Answers(peer);
    this.#context = {
      ...{ ...options, peer, answers: this.#answers },
      onOver: () => this.#onTransferred(),
      onReceived: (rest) => this.#onReceived(rest),
    };
    this.#requests = new RequestReader({
      peer,
      clock: options.clock ?? systemClock,
      onRequest: (line) => this.#onRequest(line),
      onEnd: () => this.#answers.whenNone(() => peer.end()),
      onTooLong: (line, error) => this.#answers.whenNone(() => refuseRequest(peer, line, error)),
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

  /** A file that is on its way to the client is sent whole, one that has come is answered, and one that is coming is cut. */
  stopping(): void {
    this.#requests.stop();
    this.#stopping = true;
    if (this.#transfer?.data) this.#transfer.stop();
    if (!this.#transfer || this.#transfer.data) this.#answers.whenNone(() => this.#context.peer.close('shutdown'));
  }

  close(): void {
    this.#requests.stop();
    this.#transfer?.stop();
    this.#context.lists.stop();
  }

  #onRequest(bytes: Uint8Array): void {
    const line = withoutMark(bytes);
    this.#requests.hold();
    this.#attempt(line, () => {
      const request = parseRequest(line);
      if (request.type === 'put') this.#serve(request);
      else this.#answers.whenNone(() => this.#attempt(line, () => this.#serve(request)));
    });
  }

  #attempt(line: Uint8Array, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#transfer = undefined;
      this.#answers.whenNone(() => refused(this.#context.peer, line, asWirelineError(error)) && this.#onTransferred());
    }
  }

  #serve(request: Request): void {
    const transfer = begin(request, this.#context);
    this.#transfer = transfer;
    transfer.go();
    // Bytes that a client sends without waiting for the answer belong to its file.
    if (transfer.data) transfer.data(this.#requests.take());
    if (this.#requests.ended && this.#transfer === transfer) transfer.cut?.();
  }

  /** The next request is begun when the answer to this one was taken, but for what the system has room for. */
  #onTransferred(): void {
    this.#transfer = undefined;
    if (this.#stopping) return this.#context.peer.close('shutdown');
    this.#untaken = this.#context.peer.backlog >= turnShare.bytes;
    if (!this.#untaken) this.#requests.go();
  }

  /** A file has come; the next may come while the disk takes it. */
  #onReceived(rest: Uint8Array): void {
    this.#transfer = undefined;
    if (rest.length > 0) this.#requests.push(rest);
    this.#answers.whenFew(() => this.#onTransferred());
  }
}
