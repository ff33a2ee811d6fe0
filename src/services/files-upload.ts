import { type Connection, type Folder, inWords, type NewFile, WirelineError } from '../core/index.js';
import { VerifiedReader } from '../framing/index.js';
import type { Request } from './files-request.js';
import { jsonLine, type Transfer } from './files-transfer.js';

/**
 * Answers a `put`: `{"put":NAME,"ready":true}`, then takes a verified stream, and says what became of it. The
 * file has its name only when the stream has proved whole; one that is cut leaves nothing.
 */
export class FileUpload implements Transfer {
  readonly #file: NewFile;
  readonly #stream: VerifiedReader;

  /** Throws `refused` where the file may not be put. */
  constructor(
    readonly peer: Connection,
    folder: Folder,
    readonly request: Extract<Request, { type: 'put' }>,
    writable: boolean,
    readonly onOver: () => void,
  ) {
    if (!writable) throw new WirelineError('refused', 'files cannot be put here');
    if (!request.replace) refuseExisting(folder, request.path);
    this.#file = created(folder, request);
    this.#stream = new VerifiedReader(folder.hash(), (bytes) => this.#file.write(bytes));
    this.#say({ put: request.path, ready: true });
  }

  data(bytes: Uint8Array): void {
    try {
      this.#stream.push(bytes);
      if (this.#stream.verdict === undefined) return;
      this.#file.finish();
    } catch (error) {
      return this.#fail(error);
    }
    this.#say({ put: this.request.path, ...JSON.parse(this.#stream.verdict) });
    this.onOver();
  }

  go(): void {}

  stop(): void {
    this.#file.abort();
  }

  cut(): void {
    this.#fail(new WirelineError('truncated', 'the stream was cut before its end'));
  }

  /** What follows is no request: the connection ends. */
  #fail(error: unknown): void {
    this.stop();
    const { code, message } = inOurWords(error, this.request.path);
    this.#say({ error: message });
    this.peer.close(code, error as Error);
  }

  #say(words: object): void {
    this.peer.write(jsonLine(words));
  }
}

function created(folder: Folder, { path, replace }: Extract<Request, { type: 'put' }>): NewFile {
  try {
    return folder.create(path, replace);
  } catch (error) {
    throw inOurWords(error, path);
  }
}

/** What the disk does not take, as the client is told of it: by its own name, and not by ours. */
function inOurWords(error: unknown, path: string): WirelineError {
  if (error instanceof WirelineError) return error;
  return new WirelineError('refused', `${path} cannot be written there: ${inWords(error)}`, { cause: error });
}

/** Refuses before anything is sent; that none has come meanwhile is seen at the end. */
function refuseExisting(folder: Folder, path: string): void {
  let found: ReturnType<Folder['open']>;
  try {
    found = folder.open(path);
  } catch {
    return;
  }
  if (found !== 'folder') found.close();
  throw new WirelineError('refused', `${path} exists already`);
}
