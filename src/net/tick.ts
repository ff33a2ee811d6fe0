/** A writer that is flushed at the end of a tick. */
interface Flushed {
  flush(): void;
  fail(error: unknown): void;
}

let waiting: Flushed[] = [];

/**
 * Has `connection` flushed once, when every socket that is ready has been read: what was written to it in
 * one turn leaves in one system call.
 */
export function flushSoon(connection: Flushed): void {
  if (waiting.push(connection) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const flushing = waiting;
  waiting = [];
  for (const connection of flushing) {
    try {
      connection.flush();
    } catch (error) {
      connection.fail(error);
    }
  }
}

let lastReader: Flushed | undefined;

/**
 * True if a connection that has just been read, and has answered, should be flushed at once. Where several
 * connections are busy it is better to read them all first and then write to them all (a tenth more round
 * trips at 50 connections); where one is alone, waiting for the end of the turn would only delay it.
 */
export function isSoleReader(connection: Flushed): boolean {
  const alone = lastReader === connection;
  lastReader = connection;
  return alone;
}
