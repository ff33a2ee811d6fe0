import type { Logger as ServerLog } from '../../../cli/logger.js';
import { asWirelineError } from '../../../core/index.js';
import type { Entry, Journal, NewEntry } from '../protocol/journal.js';

/**
 * The journal of a chat, whose failures are told to who runs the server, and not only to who wanted something stored or
 * read: a line when it begins to fail, and one when it stores again.
 */
export function monitored(journal: Journal, server: ServerLog): Journal {
  let failing = false;
  const worked = () => {
    if (failing) server.warn('the journal stores again what is said');
    failing = false;
  };
  const failed = (error: unknown) => {
    if (!failing) server.warn(`the journal fails, and its clients are told so: ${asWirelineError(error).message}`);
    failing = true;
  };
  return {
    get epoch() {
      return journal.epoch;
    },
    append(room: string, drafts: readonly NewEntry[]): Promise<readonly Entry[]> {
      const appended = journal.append(room, drafts);
      appended.then(worked, failed);
      return appended;
    },
    read(room, range) {
      const entries = journal.read(room, range);
      entries.catch(failed);
      return entries;
    },
    bounds(room) {
      try {
        return journal.bounds(room);
      } catch (error) {
        failed(error);
        throw error;
      }
    },
    follow: (room, receive) => journal.follow(room, receive),
    close: () => journal.close(),
  };
}
