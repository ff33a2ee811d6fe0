import { attributesIn, type FileAttributes } from '../../../core/file-attributes.js';
import { errorText, WirelineError } from '../../../core/index.js';
import type { Answer } from '../protocol/messages.js';
import { type FileTarget, pathParts } from '../protocol/tree.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { list } from './ls.js';
import type { FilesSession, ReceiveBody } from './session.js';

/** The result for a file that was fetched. */
export interface GetResult {
  readonly path: string;
  readonly bytes: number;
  /** Of these bytes, those that were there from an earlier try. */
  readonly resumed: number;
  readonly sha256?: string;
}

/** Options of {@link get}. */
export interface GetOptions {
  /** True if the hash is checked (default). Without it the length alone is. */
  readonly hash?: boolean;
  /** Told of the size of a file, and of how much of it is there, as it comes. */
  readonly onProgress?: (path: string, bytes: number, size: number) => void;
}

/** The error for a `get` of what is a folder: {@link getTree} is for those. */
export class IsFolder extends WirelineError {
  constructor(path: string) {
    super('refused', `${path} is a folder: it can be fetched into a folder only`);
  }
}

/**
 * Fetches the file `path` into `target`, from where an earlier try ended. The target gets its name only when the
 * server's hash of the whole file is that of what is there; what proves wrong is dropped. Rejects with {@link IsFolder}, with `refused` as the server says, with `protocol` where the
 * bytes are not right, with `output` where the disk does not take them, and with why the connection was lost: only then
 * the part is kept.
 */
export async function get(
  session: FilesSession,
  path: string,
  target: FileTarget,
  options: GetOptions = {},
): Promise<GetResult> {
  const { hash = true } = options;
  let header: Answer = {};
  // The hash of nothing would have the server hash the whole file.
  const prefix = target.offset > 0 ? { prefix: target.prefix } : {};
  const request = { get: path, offset: target.offset, ...prefix, hash };
  try {
    const trailer = await session.request(request, (answer) => {
      header = answer;
      return into(target, path, answer, options);
    });
    if (trailer.folder !== undefined) {
      target.drop();
      throw new IsFolder(path);
    }
    check(path, target, trailer, hash ? { sha256: target.hash.hex() } : { bytes: Number(header.size) });
    await finished(target, attributesIn(header));
    const sha256 = typeof trailer.sha256 === 'string' ? { sha256: trailer.sha256 } : {};
    return { path, bytes: Number(header.size), resumed: Number(header.offset), ...sha256 };
  } catch (error) {
    if (!(error instanceof IsFolder)) target.keep();
    throw error;
  }
}

/** Takes the bytes that a header announces into the target. */
function into(target: FileTarget, path: string, header: Answer, { hash = true, onProgress }: GetOptions): ReceiveBody {
  let at = Number(header.offset ?? 0);
  if (at !== target.offset) {
    if (at !== 0) throw new WirelineError('protocol', 'the server begins where it was not asked to');
    target.restart();
  }
  return (bytes) => {
    written(target, () => target.write(bytes));
    if (hash) target.hash.update(bytes);
    at += bytes.length;
    onProgress?.(path, at, Number(header.size));
  };
}

async function finished(target: FileTarget, attributes: FileAttributes): Promise<void> {
  try {
    await target.finish(attributes);
  } catch (cause) {
    throw notWritten(target, cause);
  }
}

/** Drops a file that the disk does not take, as it may have used up the last room, and one that must not be there. */
function written(target: FileTarget, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw notWritten(target, cause);
  }
}

function notWritten(target: FileTarget, cause: unknown): WirelineError {
  target.drop();
  if (cause instanceof WirelineError) return cause;
  return new WirelineError('output', `cannot write ${target.path}: ${errorText(cause)}`, { cause });
}

function check(path: string, target: FileTarget, trailer: Answer, { sha256, bytes }: Partial<GetResult>): void {
  if (sha256 === undefined ? trailer.bytes === bytes : trailer.sha256 === sha256) return;
  target.drop();
  const what = sha256 === undefined ? 'length' : 'SHA-256';
  throw new WirelineError('protocol', `${path} came damaged: its ${what} is not the server's; nothing of it is kept`);
}

/** Options of {@link getTree}. */
export interface TreeOptions extends GetOptions {
  /** Called with each file that is there, whole. */
  readonly onGot?: (got: GetResult) => void;
  /** Called with the path of each folder below the one that is fetched, the first of all `''`. */
  readonly onFolder?: (below: string) => void;
  /** Returns true for a file that is not fetched. */
  readonly leavesOut?: (below: string) => boolean;
  /** Files and folders, at most (default 1,000,000): else it rejects with `too-long`. Stops a server whose tree never ends. */
  readonly maxEntries?: number;
}

/**
 * Fetches all files under the folder `path`, in order, and asks for the next small ones before those before them are here; `targetOf` is given each file's path below that
 * folder, and `onFolder` that of each folder, the first of all `''`. The server's names are checked: none leads out
 * of where the tree is put.
 */
export async function getTree(
  session: FilesSession,
  path: string,
  targetOf: (below: string) => FileTarget,
  options: TreeOptions = {},
): Promise<void> {
  const overlap = new ConcurrencyLimit<GetResult>((got) => options.onGot?.(got));
  try {
    for await (const { below, size } of filesIn(session, path, options)) {
      await overlap.room(size);
      overlap.add(get(session, joined(path, below), targetOf(below), options), size);
      // Nothing more is looked for while a large one is on its way.
      await overlap.room(0);
    }
  } catch (error) {
    await overlap.settled().catch(() => {});
    throw error;
  }
  await overlap.settled();
}

/** All files under the folder `path`, folder by folder. */
async function* filesIn(
  session: FilesSession,
  path: string,
  { onFolder = () => {}, leavesOut = () => false, maxEntries = 1_000_000 }: TreeOptions,
): AsyncGenerator<{ below: string; size: number }, void, void> {
  const folders: string[] = [''];
  let left = maxEntries;
  for (let below = folders.shift(); below !== undefined; below = folders.shift()) {
    onFolder(below);
    for (const entry of await list(session, joined(path, below))) {
      const next = joined(below, checkedName(entry.name));
      if (--left < 0) throw new WirelineError('too-long', `${path} has more than ${maxEntries} files and folders`);
      if (leavesOut(next)) continue;
      if (entry.type === 'folder') folders.push(next);
      else yield { below: next, size: entry.size };
    }
  }
}

function joined(path: string, name: string): string {
  return [path.replace(/\/$/, ''), name].filter((part) => part !== '' && part !== '.').join('/');
}

function checkedName(name: string): string {
  if (pathParts(name)?.length === 1) return name;
  throw new WirelineError('protocol', 'the server names a file that is none of its folder');
}
