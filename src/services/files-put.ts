import { type Folder, inWords, type NewFile, WirelineError } from '../core/index.js';
import type { Request } from './files-request.js';

/** A request to put a file. */
export type Put = Extract<Request, { type: 'put' }>;

/** Begins the file of a `put`. Throws `refused` where it may not be put. */
export function fileFor(folder: Folder, { path, replace, sync }: Put): NewFile {
  if (!replace) refuseExisting(folder, path);
  try {
    return folder.create(path, { replace, sync });
  } catch (error) {
    throw inOurWords(error, path);
  }
}

/** The error of the disk as the client reads it: with its own name for the file, and not with ours. */
export function inOurWords(error: unknown, path: string): WirelineError {
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
