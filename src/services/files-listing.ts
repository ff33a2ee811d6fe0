import type { Connection, Folder } from '../core/index.js';
import { jsonLine, type Transfer } from './files-transfer.js';

/** Answers a `list`: a header, a line of JSON for each entry, and a trailer. */
export function listing(peer: Connection, folder: Folder, path: string, onOver: () => void): Transfer {
  const body = new TextEncoder().encode(
    folder
      .list(path)
      .map((entry) => `${JSON.stringify(entry)}\n`)
      .join(''),
  );
  const hash = folder.hash();
  hash.update(body);
  peer.write(jsonLine({ list: path, size: body.length }));
  peer.write(body);
  peer.write(jsonLine({ bytes: body.length, sha256: hash.hex() }));
  return { go: onOver, stop() {} };
}
