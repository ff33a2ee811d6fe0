import { type Connection, WirelineError } from '../../../core/index.js';
import { jsonLine } from '../protocol/messages.js';
import type { ServedTree } from '../protocol/tree.js';
import { FileSending } from './file-sending.js';
import { FileHash, type Get } from './hash.js';
import type { Transfer } from './transfer.js';

/** Begins the answer to a `get` or a plain name. Throws `refused` where there is no such file. */
export function sendFile(peer: Connection, folder: ServedTree, request: Get, onOver: () => void): Transfer {
  const file = folder.open(request.path);
  if (file !== 'folder') return new FileSending(peer, file, new FileHash(folder, file, request), request, onOver);
  if (request.type === 'plain') throw new WirelineError('refused', 'that is a folder');
  peer.write(jsonLine({ folder: request.path }));
  return { go: onOver, stop() {} };
}
