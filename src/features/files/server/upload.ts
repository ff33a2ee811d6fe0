import { type NewFile, systemClock, type Timer, WirelineError } from '../../../core/index.js';
import { VerifiedReader } from '../../../framing/index.js';
import type { QueuedAnswer } from './answers.js';
import type { FilesContext } from './context.js';
import { fileFor, type Put, putError } from './put.js';
import type { Transfer } from './transfer.js';

/** Milliseconds in which more of a file must come. */
const defaultStallMs = 30_000;

/**
 * Answers a `put`: `{"put":NAME,"ready":true}`, then takes a verified stream, and says what became of it once the disk
 * has it. The file has its name only when the stream has proved whole; one that is cut leaves nothing.
 */
export class FileUpload implements Transfer {
  readonly #file: NewFile;
  readonly #stream: VerifiedReader;
  readonly #answer: QueuedAnswer;
  #over = false;
  #stall: Timer | undefined;

  /** Throws `refused` where the file may not be put. */
  constructor(
    readonly request: Put,
    readonly context: FilesContext,
  ) {
    const { folder, answers, clock = systemClock, stallMs = defaultStallMs } = context;
    if (context.writable !== true) throw new WirelineError('refused', 'files cannot be put here');
    this.#file = fileFor(folder, request);
    this.#stream = new VerifiedReader(folder.hash(), (bytes) => this.#file.write(bytes));
    this.#answer = answers.add();
    if (stallMs > 0) this.#stall = clock.after(stallMs, () => this.#fail(stalled(stallMs)));
    this.#answer.say({ put: request.path, ready: true });
  }

  data(bytes: Uint8Array): void {
    if (this.#over || bytes.length === 0) return;
    this.#stall?.again();
    let taken: number;
    try {
      taken = this.#stream.push(bytes);
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#stream.verdict === undefined) return;
    this.#end();
    this.#finish(this.#stream.verdict);
    this.context.onReceived(bytes.subarray(taken));
  }

  go(): void {}

  stop(): void {
    if (this.#over) return;
    this.#file.abort();
    this.#end();
    this.#answer.end();
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

  /** No more bytes are taken. */
  #end(): void {
    this.#over = true;
    this.#stall?.stop();
  }

  #fail(error: unknown): void {
    this.#end();
    this.#file.abort();
    const known = putError(error, this.request.path);
    this.#answer.say({ error: known.message });
    // The bytes that follow are no request.
    this.#answer.end(() => this.#answer.peer.close(known.code, error as Error));
  }
}

function stalled(ms: number): WirelineError {
  return new WirelineError('truncated', `nothing came for ${ms / 1000} s, in the middle of the file`);
}
