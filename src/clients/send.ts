import { type Handler, type Input, printable, WirelineError } from '../core/index.js';
import type { Address, DialOptions } from '../transport/index.js';
import { inWords } from '../transport/system-errors.js';
import { type Outcome, untilDone } from './outcome.js';

/** How {@link send} sends. */
export interface SendOptions extends DialOptions {
  /** Told of bytes that were handed to the connection, as they go. */
  readonly onProgress?: (bytes: number) => void;
}

/** Bytes that are looked at of what a server says to a one-way client: room for one line of refusal. */
const refusalSize = 512;

/**
 * Sends `input` whole, half-closes, and waits for the server's close, which is its receipt. Rejects with a
 * `WirelineError` where the server closes before the end of the input (`reset`), refuses with a line `error: ...`
 * (`refused`), or the input cannot be read (`input`). What else the server says is dropped.
 */
export async function send(input: Input, address: Address, options: SendOptions = {}): Promise<void> {
  try {
    await untilDone(address, options, (peer, outcome) => {
      const heard = new Refusal();
      let sent = false;
      input.read(
        (bytes) => {
          options.onProgress?.(bytes.length);
          return peer.write(bytes);
        },
        (error) => {
          if (error) return outcome.fail(unreadable(error));
          sent = true;
          peer.end();
        },
      );
      return {
        data: (bytes) => heard.add(bytes),
        drain: () => input.resume(),
        end: () => finish(outcome, heard, sent, peer.remote),
        close: () => heard.check(outcome),
      } satisfies Handler;
    });
  } finally {
    input.stop();
  }
}

function finish(outcome: Outcome, heard: Refusal, sent: boolean, remote: string): void {
  if (heard.check(outcome)) return;
  if (sent) outcome.done();
  else outcome.fail(new WirelineError('reset', `${remote} closed before the end of the input`));
}

/** The error of an input that failed. */
function unreadable(error: Error): WirelineError {
  if (error instanceof WirelineError) return error;
  return new WirelineError('input', `cannot read the input: ${inWords(error)}`, { cause: error });
}

/** Listens for a line that begins with `error: `, by which a server says why it does not serve. */
class Refusal {
  #text = '';

  add(bytes: Uint8Array): void {
    if (this.#text.length < refusalSize) this.#text += new TextDecoder().decode(bytes.subarray(0, refusalSize));
  }

  /** Fails with the server's words, if it has refused. */
  check(outcome: Outcome): boolean {
    if (!this.#text.startsWith('error: ')) return false;
    const [words = ''] = this.#text.slice('error: '.length).split(/\r?\n/);
    outcome.fail(new WirelineError('refused', `refused by the server: ${printable(words)}`));
    return true;
  }
}
