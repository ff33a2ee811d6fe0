import { WirelineError } from '../../../core/index.js';
import { InTurn } from './in-turn.js';
import type { TransformTask } from './task.js';

/** Options of {@link transformPool}. */
export interface TransformPoolOptions {
  /** The file of the worker: `transform-worker.js` of the build. */
  readonly worker: string;
  /** A built-in transform's word, or the address (`file:`) of a module. */
  readonly transform: string;
  readonly workers: number;
  /** Milliseconds that one message may take. */
  readonly deadlineMs: number;
}

/** Runs transforms in threads, so that one that loops or exits harms no other message. */
export interface TransformPool {
  /** Loads the transform. Rejects where it cannot be used. */
  check(): Promise<void>;
  /**
   * Transforms a message of `owner`, where owners take turns. It must be no view of larger memory: that would be copied
   * whole. Rejects where the transform throws, exits, or takes longer than the deadline.
   */
  run(message: Uint8Array, owner: object): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Makes a pool of threads. Each runs one message at a time; the others wait, and their deadline has not begun. */
export async function transformPool(options: TransformPoolOptions): Promise<TransformPool> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: options.worker,
    minThreads: 1,
    maxThreads: options.workers,
    idleTimeout: 60_000,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  // A thread that dies between two messages is replaced; one that dies in a message rejects that message.
  pool.on('error', () => {});
  const turns = new InTurn(options.workers);
  const run = (owner: object, task: TransformTask) =>
    turns.run(owner, async (): Promise<Uint8Array> => {
      const signal = AbortSignal.timeout(options.deadlineMs);
      try {
        return await pool.run(task, { signal });
      } catch (error) {
        throw signal.aborted ? new WirelineError('timeout', `no reply within ${options.deadlineMs} ms`) : plain(error);
      }
    });
  const { transform } = options;
  return {
    check: async () => void (await run(options, { transform })),
    run: (message, owner) => run(owner, { transform, message }),
    close: () => pool.destroy(),
  };
}

/** The error of a thread that is gone, in words for the sender of the message. */
function plain(error: unknown): Error {
  const known = error as Error & { code?: string };
  if (known.code === 'ERR_WORKER_OUT_OF_MEMORY') return new Error('the transform used too much memory');
  if (/worker exited/.test(known.message)) return new Error('the transform ended its thread');
  return known;
}
