import { asWirelineError, type Connection, type Handler, type Service, WirelineError } from '../core/index.js';
import { LineDecoder } from '../framing/index.js';
import { type AddressLike, type DialOptions, dial, inWords } from '../transport/index.js';
import { type Answer, answerIn, bodySize, checkAnswers } from './files-answer.js';

/** The longest header, trailer or answer of a files service, in bytes. */
const maxLine = 64 * 1024;
/** Bytes that are read of a file at a time: with reads of 64 KiB a hashed file takes a tenth more work. */
const readSize = 512 * 1024;
/** Milliseconds without a byte of an answer that is due, after which a session says that it will send no more. */
const defaultSilenceMs = 60_000;
const encoder = new TextEncoder();

/** Takes the bytes of an answer, valid until it returns. What it throws ends the session, and is the failure. */
export type ReceiveBody = (bytes: Uint8Array) => void;

/** A connection to a files service, for one request after the other. */
export interface FilesSession {
  /**
   * Sends a request and resolves with the line that answers it; where that announces bytes, `onBody` is given it
   * and gives who takes them, and the line after them is resolved with. Rejects with `refused` and the server's
   * words where a line is an error, with `protocol` where it answers another request, and with why the connection
   * ended where it did.
   */
  request(words: object, onBody?: (header: Answer) => ReceiveBody): Promise<Answer>;
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
  /** Ends the connection. */
  end(): void;
}

/** How {@link openFiles} connects. */
export interface FilesSessionOptions extends DialOptions {
  /**
   * Milliseconds without a byte of an answer that is due (default a minute), after which the sending side is ended. A
   * server that is busy answers all the same, and the next request is made on a new connection. One that waits for
   * more of what was damaged on its way, as we do, ends the connection, and nobody waits for ever.
   */
  readonly silenceMs?: number;
}

/** Connects to a files service. Rejects as `dial` does. */
export async function openFiles(address: AddressLike, options: FilesSessionOptions = {}): Promise<FilesSession> {
  const { silenceMs = defaultSilenceMs, ...how } = options;
  const session = new DialledSession(silenceMs, (service) => dial(service, address, { readSize, ...how }));
  await session.connect();
  return session;
}

interface Waiting {
  /** What was asked for, where the line that is waited for says whether that is what comes. */
  readonly asked?: object | undefined;
  readonly onBody?: ((header: Answer) => ReceiveBody) | undefined;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

class DialledSession implements FilesSession {
  onDrain = () => {};
  #peer!: Connection;
  #bodyLeft = 0;
  #receive: ReceiveBody = () => {};
  /** Who waits for the next line: the last request. */
  #waiting: Waiting | undefined;
  #failure: Error | undefined;
  #lines!: LineDecoder;
  /** Runs while an answer is due. */
  #silence: NodeJS.Timeout | undefined;
  #hasEnded = false;

  constructor(
    readonly silenceMs: number,
    readonly dial: (service: Service) => Promise<unknown>,
  ) {}

  async connect(): Promise<void> {
    await this.dial((peer) => {
      this.#peer = peer;
      this.#lines = new LineDecoder(maxLine, (line) => this.#onLine(answerIn(line)));
      this.#hasEnded = false;
      this.#failure = undefined;
      // What becomes of a connection that was left for another is nothing to anybody.
      const fail = (error: Error) => peer === this.#peer && this.#fail(error);
      return {
        data: (bytes) => this.#onData(bytes),
        drain: () => this.onDrain(),
        end: () => fail(new WirelineError('reset', `${peer.remote} closed before it had answered`)),
        close: ({ reason, error }) => {
          const code = reason === 'ended' ? 'reset' : reason;
          fail(new WirelineError(code, `lost ${peer.remote}: ${error ? inWords(error) : code}`, { cause: error }));
        },
      } satisfies Handler;
    });
  }

  async request(words: object, onBody?: (header: Answer) => ReceiveBody): Promise<Answer> {
    if (this.#hasEnded) {
      this.#peer.close('ended');
      await this.connect();
    }
    this.#peer.write(encoder.encode(`${JSON.stringify(words)}\n`));
    this.sent();
    return this.#next({ asked: words, onBody });
  }

  answer(): Promise<Answer> {
    return this.#next();
  }

  sent(): void {
    if (this.#failure) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#hasEnded = true;
      this.#peer.end();
    }, this.silenceMs);
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

  end(): void {
    clearTimeout(this.#silence);
    this.#peer.close('ended');
  }

  #next(due: Omit<Waiting, 'resolve' | 'reject'> = {}): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { ...due, resolve, reject };
    });
  }

  #onData(bytes: Uint8Array): void {
    this.#silence?.refresh();
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
    const at = bytes.indexOf(10) + 1;
    this.#lines.push(at === 0 ? bytes : bytes.subarray(0, at));
    return at === 0 ? new Uint8Array(0) : bytes.subarray(at);
  }

  #onLine(answer: Answer): void {
    const waiting = this.#waiting;
    if (!waiting) throw new WirelineError('protocol', 'the server answers what was not asked');
    const { asked, onBody, resolve, reject } = waiting;
    if (typeof answer.error === 'string') {
      this.#answered();
      return reject(new WirelineError('refused', answer.error));
    }
    // What is thrown from here on is what the request is rejected with: so it still waits.
    if (asked) checkAnswers(asked, answer);
    if (onBody && answer.folder === undefined) {
      this.#bodyLeft = bodySize(answer);
      this.#receive = onBody(answer);
      this.#waiting = { resolve, reject };
      return;
    }
    this.#answered();
    resolve(answer);
  }

  #answered(): void {
    this.#waiting = undefined;
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#answered();
    waiting?.reject(this.#failure);
  }
}
