import { onTestFinished } from 'vitest';
import { servedFolder } from '../../src/disk/index.js';
import { files } from '../../src/services/index.js';
import { serve, systemClock } from '../../src/transport/index.js';

/** Serves a folder in this process, writable, until the test is over. Gives its port. */
export async function serving(path: string): Promise<number> {
  const running = await serve(files({ folder: servedFolder(path), clock: systemClock, writable: true }), '127.0.0.1:0');
  onTestFinished(() => running.close());
  return running.address.port as number;
}
