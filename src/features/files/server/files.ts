import { AddressBuckets } from '../../../core/bucket.js';
import { type Clock, type Service, systemClock } from '../../../core/index.js';
import type { ServedTree } from '../protocol/tree.js';
import { FilesHandler } from './handler.js';
import { ListRateLimit, listRate } from './list-pace.js';

/** Options of {@link files}. */
export interface FilesOptions {
  readonly folder: ServedTree;
  readonly clock?: Clock;
  readonly writable?: boolean;
  /** Milliseconds in which more of a file must come that a client puts (default 30,000; 0: any time). */
  readonly stallMs?: number;
}

/**
 * Serves the files of a folder. A line that is a plain name is answered with the file's bytes and the end of the
 * connection, for nc. A line of JSON (`{"get":NAME,"offset":N}`, `{"list":PATH}`, `{"put":NAME}`) is answered as
 * `docs/reference/files-protocol.md` says, and another may follow. What is refused is told in a line.
 */
export function files(options: FilesOptions): Service {
  const lists = new AddressBuckets(options.clock ?? systemClock, listRate);
  return (peer) => new FilesHandler(peer, { ...options, lists: new ListRateLimit(lists, peer.address) });
}
