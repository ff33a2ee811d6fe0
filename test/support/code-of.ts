import { WirelineError } from '../../src/core/index.js';

/** The code of the `WirelineError` that `run` throws; fails the test where it throws nothing or anything else. */
export function codeOf(run: () => unknown): string {
  return errorOf(run).code;
}

/** The `WirelineError` that `run` throws. */
export function errorOf(run: () => unknown): WirelineError {
  try {
    run();
  } catch (error) {
    if (error instanceof WirelineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The `WirelineError` that `promise` rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<WirelineError> {
  const outcome = await promise.then(
    () => new Error('it did not reject'),
    (error: unknown) => error,
  );
  if (outcome instanceof WirelineError) return outcome;
  throw outcome;
}
