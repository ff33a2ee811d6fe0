import { type FileAttributes, modeText } from '../../../core/file-attributes.js';
import { errorText, type Input, type MakeHash, sha256, WirelineError } from '../../../core/index.js';
import { VerifiedWriter } from '../../../framing/index.js';
import { notOurs } from './answer.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import type { FilesSession } from './session.js';

/** Options of {@link put}. */
export interface PutOptions extends FileAttributes {
  /** Hashes what is sent (default {@link sha256}). */
  readonly hash?: MakeHash;
  /** True if a file that is there is replaced. */
  readonly replace?: boolean;
  /** Has the server wait for its disk before it answers, so that the file survives a power cut (default: true). */
  readonly sync?: boolean;
  readonly onProgress?: (path: string, bytes: number) => void;
}

/** A file for {@link putAll}. */
export interface FileToPut extends FileAttributes {
  /** Its path at the server. */
  readonly path: string;
  /** Its bytes, about: small files are sent before those before them are answered. Infinity where it is not known. */
  readonly size: number;
  open(): Input | Promise<Input>;
}

/** The result for a file that was sent. */
export interface PutResult {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Sends `input`, of whatever length, to be the file `path`. Resolves once the server has it whole and in its
 * place. Rejects with `refused` as the server says, with `input` where the input cannot be read, and with why the
 * connection was lost: there is then nothing of it at the server.
 */
export function put(session: FilesSession, path: string, input: Input, options: PutOptions = {}): Promise<PutResult> {
  return putting(session, path, input, options, { ahead: false, onWritten() {} });
}

/**
 * Puts files, one after the other on the wire. Small ones are sent before those before them are answered, so that neither
 * the network nor the disk is waited for once per file. `onSent` is called in their order. Rejects as {@link put}, with the
 * first failure.
 */
export async function putAll(
  session: FilesSession,
  files: Iterable<FileToPut>,
  options: PutOptions & { onSent?: (sent: PutResult) => void } = {},
): Promise<void> {
  const overlap = new ConcurrencyLimit<PutResult>((sent) => options.onSent?.(sent));
  try {
    for (const { path, size, open, mode, time } of files) {
      const how = { ...options, ...defined({ mode, time }) };
      await overlap.room(size);
      const input = await open();
      await new Promise<void>((onWritten) => {
        overlap.add(putting(session, path, input, how, { ahead: overlap.takes(size), onWritten }), size);
      });
    }
  } catch (error) {
    await overlap.settled().catch(() => {});
    throw error;
  }
  await overlap.settled();
}

function defined({ mode, time }: { [K in keyof FileAttributes]: number | undefined }): FileAttributes {
  return { ...(mode === undefined ? {} : { mode }), ...(time === undefined ? {} : { time }) };
}

/** The sending of a file: before the server has agreed to it, and the callbacks for its end. */
interface Putting {
  readonly ahead: boolean;
  readonly onWritten: () => void;
}

async function putting(
  session: FilesSession,
  path: string,
  input: Input,
  options: PutOptions,
  { ahead, onWritten }: Putting,
): Promise<PutResult> {
  try {
    const request = {
      put: path,
      replace: options.replace === true,
      ...(options.sync === false ? { sync: false } : {}),
      ...(options.mode === undefined ? {} : { mode: modeText(options.mode) }),
      ...(options.time === undefined ? {} : { time: options.time }),
    };
    const ready = session.request(request).then((answer) => {
      if (answer.ready !== true) throw notOurs();
    });
    if (!ahead) await ready;
    const answer = session.answer();
    const sent = sendAll(session, path, input, options, answer).finally(onWritten);
    const all = Promise.all([ready, answer, sent]);
    // Of a file that was sent ahead and may not come, the rest is no request: what the server says of it is not why.
    const [, , verdict] = await all.catch((error) => ready.then(() => Promise.reject(error)));
    const { put: name, bytes, sha256 } = await answer;
    if (name !== path || JSON.stringify({ bytes, sha256 }) !== verdict)
      throw new WirelineError('protocol', 'the server has another file');
    return { path, bytes: Number(bytes), sha256: String(sha256) };
  } finally {
    onWritten();
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
        const known =
          error instanceof WirelineError
            ? error
            : new WirelineError('input', `cannot read the input: ${errorText(error)}`);
        session.end(known);
        reject(known);
      },
    );
  });
}

/** Makes the folder `path` at the server, and those that it is in. Rejects with `refused` as the server says. */
export async function makeFolder(session: FilesSession, path: string): Promise<void> {
  await session.request({ mkdir: path });
}
