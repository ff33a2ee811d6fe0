import { type Folder, type NewFile, WirelineError } from '../core/index.js';
import { VerifiedReader } from '../framing/index.js';
import type { Answer, Answers } from './files-answers.js';
import { fileFor, inOurWords, type Put } from './files-put.js';
import type { Transfer } from './files-transfer.js';

/**
 * Answers a `put`: `{"put":NAME,"ready":true}`, then takes a verified stream, and says what became of it once the disk
 * has it. The file has its name only when the stream has proved whole; one that is cut leaves nothing.
 */
export class FileUpload implements Transfer {
  readonly #file: NewFile;
  readonly #stream: VerifiedReader;
  readonly #answer: Answer;
  #over = false;

  /** Throws `refused` where the file may not be put. */
  constructor(
    folder: Folder,
    readonly request: Put,
    writable: boolean,
    answers: Answers,
    /** Called when the stream has come whole, with what came after it. The disk may still be waited for. */
    readonly onReceived: (rest: Uint8Array) => void,
  ) {
    if (!writable) throw new WirelineError('refused', 'files cannot be put here');
    this.#file = fileFor(folder, request);
    this.#stream = new VerifiedReader(folder.hash(), (bytes) => this.#file.write(bytes));
    this.#answer = answers.add();
    this.#answer.say({ put: request.path, ready: true });
  }

  data(bytes: Uint8Array): void {
    if (this.#over || bytes.length === 0) return;
    let taken: number;
    try {
      taken = this.#stream.push(bytes);
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#stream.verdict === undefined) return;
    this.#over = true;
    this.#finish(this.#stream.verdict);
    this.onReceived(bytes.subarray(taken));
  }

  go(): void {}

  stop(): void {
    if (!this.#over) this.#file.abort();
    this.#over = true;
  }

  cut(): void {
    if (!this.#over) this.#fail(new WirelineError('truncated', 'the stream was cut before its end'));
  }

  /** The file has its name once its answer is due: of two of one name, it is the second that replaces the first. */
  #finish(verdict: string): void {
    this.#file.flush().then(
      () => this.#answer.inTurn(() => this.#place(verdict)),
      (error) => this.#fail(error),
    );
  }

  #place(verdict: string): void {
    // Of what nobody can be told, nothing is kept.
    if (this.#answer.peer.state === 'closed') {
      this.#file.abort();
      return this.#answer.end();
    }
    try {
      this.#file.finish();
    } catch (error) {
      return this.#fail(error);
    }
    this.#answer.say({ put: this.request.path, ...JSON.parse(verdict) });
    this.#answer.end();
  }

  #fail(error: unknown): void {
    this.#over = true;
    this.#file.abort();
    const known = inOurWords(error, this.request.path);
    this.#answer.say({ error: known.message });
    // What follows is no request.
    this.#answer.end(() => this.#answer.peer.close(known.code, error as Error));
  }
}
