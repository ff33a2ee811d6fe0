import {
  asWirelineError,
  type Clock,
  type Connection,
  errorText,
  type Handler,
  systemClock,
  type Timer,
  WirelineError,
} from '../../../core/index.js';
import { LineDecoder } from '../../../framing/index.js';
import { type AddressLike, type DialOptions, dial } from '../../../net/index.js';
import { ProgressLimit } from '../../../net/limits/progress.js';
import { type Answer, jsonLine, type RequestLine } from '../protocol/messages.js';
import { answerIn, bodySize, checkAnswers, notOurs, silent } from './answer.js';

/** The longest header, trailer or answer of a files service, in bytes. */
const maxLine = 64 * 1024;
/** Bytes that are read of a file at a time: with reads of 64 KiB a hashed file takes a tenth more work. */
const readSize = 512 * 1024;
/** Milliseconds in which the first byte of a files service comes, unless it has to read much for it. */
const firstByteMs = 10_000;
const BRACE = '{'.charCodeAt(0);
/** The first words of a server that has no place for us: `error: too many connections`. */
const E = 'e'.charCodeAt(0);

/** Takes the bytes of an answer, valid until it returns. What it throws ends the session, and is the failure. */
export type ReceiveBody = (bytes: Uint8Array) => void;

/** A connection to a files service. A request may be sent before those before it are answered. */
export interface FilesSession {
  /**
   * Sends a request and resolves with the line that answers it; where that announces bytes, `onBody` is given it
   * and gives who takes them, and the line after them is resolved with. Rejects with `refused` and the server's
   * words where a line is an error, with `protocol` where it answers another request, and with why the connection
   * ended where it did.
   */
  request(words: RequestLine, onBody?: (header: Answer) => ReceiveBody): Promise<Answer>;
  /** Sends bytes of a file; false when no more ought to come before `onDrain` is called. */
  write(bytes: Uint8Array): boolean;
  onDrain: () => void;
  /** The line that answers what was written. Rejects as `request` does. */
  answer(): Promise<Answer>;
  /** Tells that all was written, and the answer is due. */
  sent(): void;
  /** Stops and starts the reading of what the server sends. */
  pause(): void;
  resume(): void;
  /** Ends the connection because of an error on this side, which the request is then rejected with. */
  fail(error: WirelineError): void;
  /** Ends the connection in order. Requests that wait are rejected with `error`, where there is one. */
  end(error?: WirelineError): void;
}

/** Options of {@link openFiles}. */
export interface FilesSessionOptions extends DialOptions {
  /**
   * Milliseconds in which a server whose answer is due may neither send nor take anything (default 60,000; 0: any time).
   * After that the request is rejected with `timeout`.
   */
  readonly timeoutMs?: number;
  /** Measures the times (default: the clock of the process). */
  readonly clock?: Clock;
}

/** Connects to a files service. Rejects as `dial` does. */
export async function openFiles(address: AddressLike, options: FilesSessionOptions = {}): Promise<FilesSession> {
  const { timeoutMs = 60_000, clock = systemClock, ...how } = options;
  const session = new DialledSession(timeoutMs, clock);
  await dial((peer) => session.begin(peer), address, { readSize, ...how });
  return session;
}

interface Waiting {
  /** The request, where the next line says whether its answer comes. */
  readonly asked?: RequestLine | undefined;
  readonly onBody?: ((header: Answer) => ReceiveBody) | undefined;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

class DialledSession implements FilesSession {
  onDrain = () => {};
  #peer!: Connection;
  #bodyLeft = 0;
  #receive: ReceiveBody = () => {};
  /** The requests that wait for a line, oldest first. */
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;
  readonly #lines = new LineDecoder(maxLine, (line) => this.#onLine(answerIn(line)));
  #limit!: ProgressLimit;
  /** Runs until the first byte has come. */
  #first: Timer | undefined;
  #isDue = false;

  constructor(
    readonly timeoutMs: number,
    readonly clock: Clock,
  ) {}

  begin(peer: Connection): Handler {
    this.#peer = peer;
    const fail = (error: WirelineError) => this.fail(error);
    this.#limit = new ProgressLimit({
      ...{ peer, fail, timeoutMs: this.timeoutMs, clock: this.clock },
      waits: () => this.#isDue || peer.backlog > 0,
    });
    return {
      data: (bytes) => this.#onData(bytes),
      drain: () => this.onDrain(),
      end: () => this.#fail(new WirelineError('reset', `${peer.remote} closed before it had answered`)),
      close: ({ reason, error }) => {
        const code = reason === 'ended' ? 'reset' : reason;
        this.#fail(
          new WirelineError(code, `lost ${peer.remote}: ${error ? errorText(error) : code}`, { cause: error }),
        );
        this.#limit.stop();
        this.#first?.stop();
      },
    };
  }

  async request(words: RequestLine, onBody?: (header: Answer) => ReceiveBody): Promise<Answer> {
    // For the rest of a file the server may have to read what is before it.
    const reads = 'offset' in words && words.offset !== 0;
    if (!reads) this.#first ??= this.clock.after(firstByteMs, () => this.fail(silent(this.#peer.remote)));
    this.#peer.write(jsonLine(words));
    this.sent();
    return this.#next({ asked: words, onBody });
  }

  answer(): Promise<Answer> {
    return this.#next();
  }

  sent(): void {
    this.#isDue = true;
    this.#limit.moved();
  }

  write(bytes: Uint8Array): boolean {
    return this.#peer.write(bytes);
  }

  pause(): void {
    this.#peer.pause();
  }

  resume(): void {
    this.#peer.resume();
  }

  fail(error: WirelineError): void {
    this.#fail(error);
    this.#peer.close(error.code, error);
  }

  end(error?: WirelineError): void {
    if (error) this.#fail(error);
    this.#peer.close('ended');
  }

  #next(due: Omit<Waiting, 'resolve' | 'reject'> = {}): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...due, resolve, reject });
    });
  }

  #onData(bytes: Uint8Array): void {
    this.#limit.moved();
    this.#first?.stop();
    try {
      for (let rest = bytes; rest.length > 0; ) rest = this.#bodyLeft > 0 ? this.#takeBody(rest) : this.#readLine(rest);
    } catch (error) {
      this.fail(asWirelineError(error));
    }
  }

  #takeBody(bytes: Uint8Array): Uint8Array {
    const part = bytes.subarray(0, this.#bodyLeft);
    this.#bodyLeft -= part.length;
    this.#receive(part);
    return bytes.subarray(part.length);
  }

  /** Reads up to the end of a line: it may say that what follows is no line. */
  #readLine(bytes: Uint8Array): Uint8Array {
    if (this.#lines.held === 0 && bytes[0] !== BRACE && bytes[0] !== E) throw notOurs();
    const at = bytes.indexOf(10) + 1;
    this.#lines.push(at === 0 ? bytes : bytes.subarray(0, at));
    return at === 0 ? new Uint8Array(0) : bytes.subarray(at);
  }

  #onLine(answer: Answer): void {
    const [waiting] = this.#waiting;
    if (!waiting) throw new WirelineError('protocol', 'the server answers what was not asked');
    const { asked, onBody, resolve, reject } = waiting;
    if (typeof answer.error === 'string') {
      this.#answered();
      return reject(new WirelineError('refused', answer.error));
    }
    // An error from here on rejects the request: so it still waits.
    if (asked) checkAnswers(asked, answer);
    if (onBody && answer.folder === undefined) {
      this.#bodyLeft = bodySize(answer);
      this.#receive = onBody(answer);
      this.#waiting[0] = { resolve, reject };
      return;
    }
    this.#answered();
    resolve(answer);
  }

  #answered(): void {
    this.#waiting.shift();
    this.#isDue &&= this.#waiting.length > 0;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#isDue = false;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure);
  }
}
