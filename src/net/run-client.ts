import { type Closed, type Connection, type Handler, WirelineError, wrapHandler } from '../core/index.js';
import type { AddressLike } from './address.js';
import { type DialOptions, dial } from './dial.js';
import { errorText } from './system-errors.js';

/** The end of a client's connection: the client's handler calls exactly one of the two, once. */
export interface Outcome {
  /** All was done; the connection is closed as `ended`. */
  done(): void;
  /** It failed: the connection is closed with the error's code. */
  fail(error: WirelineError): void;
}

/**
 * Dials and runs a client to its end. Resolves when the client's handler is `done`, rejects with what it
 * `fail`ed with, or with why the connection closed before either.
 */
export async function runClient(
  address: AddressLike,
  options: DialOptions,
  client: (peer: Connection, outcome: Outcome) => Handler,
): Promise<void> {
  let settle!: Outcome;
  const settled = new Promise<void>((resolve, reject) => {
    settle = { done: resolve, fail: reject };
  });
  // It may fail while dialling is still to return; the rejection is seen below all the same.
  settled.catch(() => {});
  await dial((peer) => watched(peer, settle, client), address, options);
  await settled;
}

function watched(peer: Connection, settle: Outcome, client: (peer: Connection, outcome: Outcome) => Handler): Handler {
  const handler = client(peer, {
    done() {
      settle.done();
      peer.close('ended');
    },
    fail(error) {
      settle.fail(error);
      peer.close(error.code, error);
    },
  });
  return wrapHandler(handler, {
    close(why) {
      handler.close?.(why);
      // Where the handler has settled before, this changes nothing.
      settle.fail(lost(peer.remote, why));
    },
  });
}

/** The error of an input that failed. */
export function inputError(error: Error): WirelineError {
  if (error instanceof WirelineError) return error;
  return new WirelineError('input', `cannot read the input: ${errorText(error)}`, { cause: error });
}

/** The error of a connection that closed before the client was done. */
function lost(remote: string, { reason, error }: Closed): WirelineError {
  if (error instanceof WirelineError) return error;
  const what = error ? errorText(error) : reason === 'ended' ? 'closed by the server' : reason;
  return new WirelineError(reason === 'ended' ? 'reset' : reason, `lost ${remote}: ${what}`, { cause: error });
}
