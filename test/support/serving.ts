import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/index.js';
import { files } from '../../src/features/files/server/files.js';
import { servedTree } from '../../src/features/files/tree/served-tree.js';
import { serve } from '../../src/net/index.js';

/** Serves a folder in this process, writable, until the test is over. Gives its port. */
export async function serving(path: string): Promise<number> {
  const running = await serve(files({ folder: servedTree(path), clock: systemClock, writable: true }), '127.0.0.1:0');
  onTestFinished(() => running.close());
  return running.address.port as number;
}
