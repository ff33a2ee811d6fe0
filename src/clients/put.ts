import { type Input, type MakeHash, sha256, WirelineError } from '../core/index.js';
import { VerifiedWriter } from '../framing/index.js';
import { inWords } from '../transport/index.js';
import { notOurs } from './files-answer.js';
import type { FilesSession } from './files-session.js';

/** How {@link put} sends. */
export interface PutOptions {
  /** Hashes what is sent (default {@link sha256}). */
  readonly hash?: MakeHash;
  /** Whether a file that is there is replaced. */
  readonly replace?: boolean;
  readonly onProgress?: (path: string, bytes: number) => void;
}

/** What became of a file that was sent. */
export interface Sent {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Sends `input`, of whatever length, to be the file `path`. Resolves once the server has it whole and in its
 * place. Rejects with `refused` as the server says, with `input` where the input cannot be read, and with why the
 * connection was lost: there is then nothing of it at the server.
 */
export async function put(session: FilesSession, path: string, input: Input, options: PutOptions = {}): Promise<Sent> {
  try {
    const { ready } = await session.request({ put: path, replace: options.replace === true });
    if (ready !== true) throw notOurs();
    const answer = session.answer();
    const [, verdict] = await Promise.all([answer, sendAll(session, path, input, options, answer)]);
    const { put: name, bytes, sha256 } = await answer;
    if (name !== path || JSON.stringify({ bytes, sha256 }) !== verdict)
      throw new WirelineError('protocol', 'the server has another file');
    return { path, bytes: Number(bytes), sha256: String(sha256) };
  } finally {
    input.stop();
  }
}

/** Sends the file as a verified stream, and gives its verdict; ends early where the server has already answered. */
function sendAll(
  session: FilesSession,
  path: string,
  input: Input,
  options: PutOptions,
  answer: Promise<unknown>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    answer.catch(reject);
    const writer = new VerifiedWriter((options.hash ?? sha256)(), (bytes) => session.write(bytes));
    let sent = 0;
    session.onDrain = () => input.resume();
    input.read(
      (bytes) => {
        sent += bytes.length;
        options.onProgress?.(path, sent);
        return writer.add(bytes);
      },
      (error) => {
        if (!error) {
          resolve(writer.end());
          return session.sent();
        }
        session.end();
        reject(
          error instanceof WirelineError
            ? error
            : new WirelineError('input', `cannot read the input: ${inWords(error)}`),
        );
      },
    );
  });
}
