import { isReason, textOf, WirelineError } from './reason.js';

/**
 * Receives what a service or an observer has thrown, or what a promise of theirs was rejected with, and the connection
 * on which that happened. A `WirelineError` that a service throws is an answer, not a mistake, and is not reported.
 */
export type OnError = (error: unknown, peer: { readonly remote: string }) => void;

/** The default {@link OnError}: prints the peer, the error and its stack on stderr. Never throws. */
export const printError: OnError = (error, { remote }) => {
  const stack = error instanceof Error ? error.stack : undefined;
  console.error(`wireline: an uncaught error at the connection with ${remote}\n${stack ?? textOf(error)}`);
};

/** True for a promise, of whatever library. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/**
 * Runs a function of a user's where nobody would catch what it throws: in a timer, or at the end of a connection. Calls
 * `failed` with that, or with what a returned promise is rejected with.
 */
export function attempt(run: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = run();
    if (isPromise(result)) result.then(undefined, failed);
  } catch (error) {
    failed(error);
  }
}

/** Passes an error to `onError`. Prints what `onError` itself throws. */
export function report(onError: OnError, error: unknown, peer: { readonly remote: string }): void {
  attempt(
    () => onError(error, peer),
    (again) => printError(again, peer),
  );
}

/** True for an error with which a service says why a connection ends; any other one is a mistake. */
export function isDeliberate(error: unknown): error is WirelineError {
  return error instanceof WirelineError && isReason(error.code);
}
