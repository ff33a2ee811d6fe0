import type { Connection } from '../../../core/index.js';
import type { Answers } from './answers.js';
import type { FilesOptions } from './files.js';
import type { ListRateLimit } from './list-pace.js';

/** The options of the service, and the pace of lists of one connection. */
export interface FilesShared extends FilesOptions {
  readonly lists: ListRateLimit;
}

/** The context of all requests of one connection. */
export interface FilesContext extends FilesShared {
  readonly peer: Connection;
  readonly answers: Answers;
  /** Called when the answer to a request is written. */
  readonly onOver: () => void;
  /** Called when a file that is put has come, with what came after it. */
  readonly onReceived: (rest: Uint8Array) => void;
}
