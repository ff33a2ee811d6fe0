import { attributesIn } from '../../../core/file-attributes.js';
import { WirelineError } from '../../../core/index.js';
import type { TreeListing } from '../protocol/tree.js';
import type { FilesSession } from './session.js';

/** The largest list that is read, in bytes. Stops a server that never ends one. */
const maxList = 64 * 1024 * 1024;

/**
 * Lists the folder `path` of a files service. Rejects as a request of the session does, and with `protocol` where
 * the SHA-256 of the list is not the server's.
 */
export async function list(session: FilesSession, path: string): Promise<TreeListing[]> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const { sha256 } = await session.request({ list: path }, (header) => {
    if (Number(header.size) > maxList) throw new WirelineError('too-long', `the list is longer than ${maxList} bytes`);
    return (bytes) => void chunks.push(new Uint8Array(bytes));
  });
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  if (sha256 !== (await sha256Of(bytes))) throw new WirelineError('protocol', 'the list came damaged');
  return new TextDecoder().decode(bytes).split('\n').slice(0, -1).map(entryOf);
}

async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function entryOf(line: string): TreeListing {
  const { name, type, size, mode, time } = (parsed(line) ?? {}) as Partial<Record<keyof TreeListing, unknown>>;
  if (typeof name !== 'string' || (type !== 'file' && type !== 'folder')) {
    throw new WirelineError('protocol', 'the server lists what is no file or folder');
  }
  const known = Number.isSafeInteger(size) && (size as number) >= 0;
  return { name, type, size: known ? (size as number) : 0, time: 0, ...attributesIn({ mode, time }) };
}

function parsed(line: string): object | null {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new WirelineError('protocol', 'the server lists what is no JSON', { cause });
  }
}
