import { asWirelineError, type Connection, type Handler, type Service, WirelineError } from '../core/index.js';
import { LineDecoder } from '../framing/index.js';
import { type Address, type DialOptions, dial, inWords } from '../transport/index.js';

/** The longest header, trailer or answer of a files service, in bytes. */
const maxLine = 64 * 1024;
/** Bytes that are read of a file at a time: with reads of 64 KiB a hashed file takes a tenth more work. */
const readSize = 512 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A line of JSON that a files service has sent. */
export type Answer = Readonly<Record<string, unknown>>;

/** Takes the bytes of an answer, valid until it returns. What it throws ends the session, and is the failure. */
export type ReceiveBody = (bytes: Uint8Array) => void;

/** A connection to a files service, for one request after the other. */
export interface FilesSession {
  /**
   * Sends a request and resolves with the line that answers it; where that announces bytes, `onBody` is given it
   * and gives who takes them, and the line after them is resolved with. Rejects with `refused` and the server's
   * words where a line is an error, and with why the connection ended where it did.
   */
  request(words: object, onBody?: (header: Answer) => ReceiveBody): Promise<Answer>;
  /** Sends bytes of a file; false when no more ought to come before `onDrain` is called. */
  write(bytes: Uint8Array): boolean;
  onDrain: () => void;
  /** The line that answers what was written. Rejects as `request` does. */
  answer(): Promise<Answer>;
  /** Stops and starts the reading of what the server sends. */
  pause(): void;
  resume(): void;
  /** Ends the connection because of an error on this side, which the request is then rejected with. */
  fail(error: WirelineError): void;
  /** Ends the connection. */
  end(): void;
}

/** Connects to a files service. Rejects as `dial` does. */
export async function openFiles(address: Address, options: DialOptions = {}): Promise<FilesSession> {
  const session = new DialledSession();
  await dial(session.service, address, { readSize, ...options });
  return session;
}

interface Waiting {
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
  readonly #lines = new LineDecoder(maxLine, (line) => this.#onLine(parsed(decoder.decode(line))));

  readonly service: Service = (peer) => {
    this.#peer = peer;
    return {
      data: (bytes) => this.#onData(bytes),
      drain: () => this.onDrain(),
      end: () => this.#fail(new WirelineError('reset', `${peer.remote} closed before it had answered`)),
      close: ({ reason, error }) => {
        const code = reason === 'ended' ? 'reset' : reason;
        this.#fail(new WirelineError(code, `lost ${peer.remote}: ${error ? inWords(error) : code}`, { cause: error }));
      },
    } satisfies Handler;
  };

  request(words: object, onBody?: (header: Answer) => ReceiveBody): Promise<Answer> {
    this.#peer.write(encoder.encode(`${JSON.stringify(words)}\n`));
    return this.#next(onBody);
  }

  answer(): Promise<Answer> {
    return this.#next();
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
    this.#peer.close('ended');
  }

  #next(onBody?: (header: Answer) => ReceiveBody): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { onBody, resolve, reject };
    });
  }

  #onData(bytes: Uint8Array): void {
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
    const { onBody, resolve, reject } = waiting;
    if (onBody && isWhole(answer.size) && typeof answer.error !== 'string') {
      // What this throws is what the request is rejected with: so it still waits.
      this.#receive = onBody(answer);
      this.#bodyLeft = answer.size - (isWhole(answer.offset) ? answer.offset : 0);
      this.#waiting = { resolve, reject };
      return;
    }
    this.#waiting = undefined;
    if (typeof answer.error === 'string') reject(new WirelineError('refused', answer.error));
    else resolve(answer);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#failure);
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parsed(line: string): Answer {
  try {
    const answer: unknown = JSON.parse(line);
    if (typeof answer === 'object' && answer !== null) return answer as Answer;
  } catch {
    // Told below.
  }
  throw new WirelineError('protocol', 'the server does not speak as a files service does');
}
