import { fsync } from 'node:fs';

interface Waiting {
  readonly fd: number;
  readonly done: (error?: Error | null) => void;
}

let waiting: Waiting[] = [];

/**
 * Resolves once the disk has all of the open file, so that it survives a power cut. Holds up nothing else meanwhile. Files
 * that end in one turn go to the disk together: a file that is made while others are on their way there has to wait, on
 * file systems with a journal.
 */
export function onDisk(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (waiting.push({ fd, done }) === 1) setImmediate(flush);
  });
}

function flush(): void {
  const files = waiting;
  waiting = [];
  for (const { fd, done } of files) fsync(fd, done);
}
