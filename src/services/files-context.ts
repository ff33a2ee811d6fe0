import type { Connection } from '../core/index.js';
import type { FilesOptions } from './files.js';
import type { Answers } from './files-answers.js';
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
