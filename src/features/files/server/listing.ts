import { modeText } from '../../../core/file-attributes.js';
import { type Connection, concat, Piecework } from '../../../core/index.js';
import { jsonLine } from '../protocol/messages.js';
import type { ServedTree, TreeListing } from '../protocol/tree.js';
import type { ListRateLimit } from './list-pace.js';
import type { Transfer } from './transfer.js';

/** Bytes of a list that are written at a time. */
const pieceSize = 32 * 1024;

/**
 * Answers a `list`: a header, a line of JSON for each entry, and a trailer; made and sent in pieces, once the lists before
 * it are paid for.
 */
export function listing(
  peer: Connection,
  folder: ServedTree,
  path: string,
  pace: ListRateLimit,
  onOver: () => void,
): Transfer {
  const entries = folder.list(path);
  const hash = folder.hash();
  const work = new Piecework(
    peer,
    function* (write) {
      const lines: string[] = [];
      for (const entry of entries) yield lines.push(`${JSON.stringify(onWire(entry))}\n`);
      const body = concat(lines);
      write(jsonLine({ list: path, size: body.length }));
      for (let at = 0; at < body.length; at += pieceSize) {
        const piece = body.subarray(at, at + pieceSize);
        hash.update(piece);
        yield write(piece);
      }
      write(jsonLine({ bytes: body.length, sha256: hash.hex() }));
      pace.charge(body.length);
    },
    { done: onOver, fail: (error) => peer.fail(error) },
  );
  let begun = false;
  const begin = () => {
    begun = true;
    work.go();
  };
  return {
    go: () => (begun ? work.go() : pace.take(begin)),
    stop: () => work.stop(),
  };
}

function onWire({ mode, ...entry }: TreeListing): object {
  return mode === undefined ? entry : { ...entry, mode: modeText(mode) };
}
