import { type FolderEntry, WirelineError } from '../core/index.js';
import type { FilesSession } from './files-session.js';

/** The largest list that is read, in bytes. Stops a server that never ends one. */
const maxList = 64 * 1024 * 1024;

/** What is in the folder `path` of a files service. Rejects as a request of the session does. */
export async function list(session: FilesSession, path: string): Promise<FolderEntry[]> {
  const chunks: Uint8Array[] = [];
  await session.request({ list: path }, (header) => {
    if (Number(header.size) > maxList) throw new WirelineError('too-long', `the list is longer than ${maxList} bytes`);
    return (bytes) => void chunks.push(new Uint8Array(bytes));
  });
  const decoder = new TextDecoder();
  const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
  return text.split('\n').slice(0, -1).map(entryOf);
}

function entryOf(line: string): FolderEntry {
  const { name, type, size, time } = JSON.parse(line) as Partial<FolderEntry>;
  if (typeof name !== 'string' || (type !== 'file' && type !== 'folder')) {
    throw new WirelineError('protocol', 'the server lists what is no file or folder');
  }
  return { name, type, size: Number(size) || 0, time: Number(time) || 0 };
}
