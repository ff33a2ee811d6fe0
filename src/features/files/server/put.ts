import { errorText, type NewFile, WirelineError } from '../../../core/index.js';
import { isShort } from '../../../core/system-errors.js';
import { pathParts, type ServedTree } from '../protocol/tree.js';
import type { Request } from './request.js';

/** A request to put a file. */
export type Put = Extract<Request, { type: 'put' }>;

/** Begins the file of a `put`. Throws `refused` where it may not be put. */
export function fileFor(folder: ServedTree, { path, replace, sync, attributes }: Put): NewFile {
  if (pathParts(path)?.length === 0) throw new WirelineError('refused', 'a file that is put needs a name');
  if (!replace) refuseExisting(folder, path);
  try {
    return folder.create(path, { ...attributes, replace, sync });
  } catch (error) {
    throw putError(error, path);
  }
}

/** The error of the disk as the client reads it: with its own name for the file, and not with ours. */
export function putError(error: unknown, path: string): WirelineError {
  if (error instanceof WirelineError) return error;
  const code = isShort(error) ? 'failed' : 'refused';
  return new WirelineError(code, `${path} cannot be written there: ${errorText(error)}`, { cause: error });
}

/** Refuses before anything is sent; that none has come meanwhile is seen at the end. */
function refuseExisting(folder: ServedTree, path: string): void {
  let found: ReturnType<ServedTree['open']>;
  try {
    found = folder.open(path);
  } catch {
    return;
  }
  if (found !== 'folder') found.close();
  throw new WirelineError('refused', `${path} exists already`);
}

/** Makes a folder for a client that puts an empty one. */
export function folderFor(folder: ServedTree, path: string): void {
  try {
    folder.makeFolder(path);
  } catch (error) {
    throw putError(error, path);
  }
}
