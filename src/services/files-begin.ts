import type { Connection } from '../core/index.js';
import type { FilesOptions } from './files.js';
import type { Answers } from './files-answers.js';
import { download } from './files-download.js';
import { listing } from './files-listing.js';
import type { Request } from './files-request.js';
import type { Transfer } from './files-transfer.js';
import { FileUpload } from './files-upload.js';
import type { ListPace } from './list-pace.js';

/** What the connections of a service have in common, but for the pace of lists, which is that of one. */
export interface FilesShared extends FilesOptions {
  readonly lists: ListPace;
}

/** What the requests of one connection have in common. */
export interface FilesContext extends FilesShared {
  readonly peer: Connection;
  readonly answers: Answers;
  /** Called when the answer to a request is written. */
  readonly onOver: () => void;
  /** Called when a file that is put has come, with what came after it. */
  readonly onReceived: (rest: Uint8Array) => void;
}

/** Returns what answers a request, before its first step. */
export function begin(request: Request, context: FilesContext): Transfer {
  const { peer, folder, lists, answers, onOver, onReceived, writable = false } = context;
  if (request.type === 'put') return new FileUpload(folder, request, writable, answers, onReceived);
  if (request.type === 'list') return listing(peer, folder, request.path, lists, onOver);
  return download(peer, folder, request, onOver);
}
