import type { Log as ServerLog } from '../../../cli/logger.js';
import { asWirelineError } from '../../../core/index.js';
import type { Entry, Log, Saying } from '../protocol/journal.js';

/**
 * The log of a chat, whose failures are told to who runs the server, and not only to who wanted something stored or
 * read: a line when it begins to fail, and one when it stores again.
 */
export function noted(log: Log, server: ServerLog): Log {
  let failing = false;
  const worked = () => {
    if (failing) server.warn('the log stores again what is said');
    failing = false;
  };
  const failed = (error: unknown) => {
    if (!failing) server.warn(`the log fails, and its clients are told so: ${asWirelineError(error).message}`);
    failing = true;
  };
  return {
    get epoch() {
      return log.epoch;
    },
    append(room: string, sayings: readonly Saying[]): Promise<readonly Entry[]> {
      const appended = log.append(room, sayings);
      appended.then(worked, failed);
      return appended;
    },
    read(room, range) {
      const entries = log.read(room, range);
      entries.catch(failed);
      return entries;
    },
    extent(room) {
      try {
        return log.extent(room);
      } catch (error) {
        failed(error);
        throw error;
      }
    },
    follow: (room, receive) => log.follow(room, receive),
    close: () => log.close(),
  };
}
