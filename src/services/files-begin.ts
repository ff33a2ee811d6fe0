import type { Connection } from '../core/index.js';
import type { FilesOptions } from './files.js';
import { download } from './files-download.js';
import { listing } from './files-listing.js';
import type { Request } from './files-request.js';
import type { Transfer } from './files-transfer.js';
import { FileUpload } from './files-upload.js';
import type { ListPace } from './list-pace.js';

/** Returns what answers a request, before its first step. `over` is called when the answer is written. */
export function begin(
  peer: Connection,
  options: FilesOptions & { readonly lists: ListPace },
  request: Request,
  over: () => void,
): Transfer {
  const { folder, lists, writable = false } = options;
  if (request.type === 'put') return new FileUpload(peer, folder, request, writable, over);
  if (request.type === 'list') return listing(peer, folder, request.path, lists, over);
  return download(peer, folder, request, over);
}
