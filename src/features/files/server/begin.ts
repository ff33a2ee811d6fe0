import { WirelineError } from '../../../core/index.js';
import { jsonLine } from '../protocol/messages.js';
import type { FilesContext } from './context.js';
import { sendFile } from './download.js';
import { listing } from './listing.js';
import { folderFor } from './put.js';
import type { Request } from './request.js';
import type { Transfer } from './transfer.js';
import { FileUpload } from './upload.js';

/** Returns what answers a request, before its first step. */
export function begin(request: Request, context: FilesContext): Transfer {
  const { peer, folder, lists, onOver } = context;
  if (request.type === 'put') return new FileUpload(request, context);
  if (request.type === 'mkdir') {
    if (context.writable !== true) throw new WirelineError('refused', 'no folder can be made here');
    folderFor(folder, request.path);
    peer.write(jsonLine({ mkdir: request.path }));
    return { go: onOver, stop() {} };
  }
  if (request.type === 'list') return listing(peer, folder, request.path, lists, onOver);
  return sendFile(peer, folder, request, onOver);
}
