import {
  type Connection,
  type Handler,
  type Input,
  type MakeHash,
  printable,
  refusalIn,
  sha256,
  WirelineError,
} from '../../core/index.js';
import { VerifiedWriter } from '../../framing/verified.js';
import type { AddressLike, DialOptions } from '../../net/index.js';
import { type ReceiptOptions, ReceiptWait } from '../../net/receipt.js';
import { inputError, type Outcome, runClient } from '../../net/run-client.js';

/** Options of {@link send}. */
export interface SendOptions extends DialOptions, ReceiptOptions {
  /** Told of bytes that were handed to the connection, as they go. */
  readonly onProgress?: (bytes: number) => void;
  /** Makes the stream a verified one: the server must confirm its length and its SHA-256, or this hash. */
  readonly verify?: boolean | MakeHash;
}

/** Bytes that are looked at of what a server says to a one-way client: room for one line of refusal. */
const answerSize = 512;

/**
 * Sends `input` whole, half-closes, and waits for the server's close, which is its receipt. Rejects with a
 * `WirelineError` where the server closes before the end of the input (`reset`), refuses with a line `error: ...`
 * (`refused`), the input cannot be read (`input`), or the server does not confirm a verified stream (`failed`).
 * Everything else that the server sends is dropped.
 */
export async function send(input: Input, address: AddressLike, options: SendOptions = {}): Promise<void> {
  try {
    await runClient(address, options, (peer, outcome) => {
      const answer = new Answer();
      const writer = verifying(options.verify, peer);
      const wait = new ReceiptWait({ ...options, peer, outcome });
      let sent = false;
      let due: string | undefined;
      input.read(
        (bytes) => {
          options.onProgress?.(bytes.length);
          return writer ? writer.add(bytes) : peer.write(bytes);
        },
        (error) => {
          if (error) return outcome.fail(inputError(error));
          sent = true;
          due = writer && `ok ${writer.end()}\n`;
          peer.end();
          wait.begin();
        },
      );
      return {
        data: (bytes) => answer.add(bytes),
        drain: () => (sent ? wait.taken() : input.resume()),
        end() {
          // Also what was handed over is not received where the system has still to take it.
          answer.end(outcome, sent && peer.backlog === 0, due, peer.remote);
        },
        close() {
          wait.stop();
          answer.refuses(outcome);
        },
      } satisfies Handler;
    });
  } finally {
    input.stop();
  }
}

function verifying(verify: SendOptions['verify'], peer: Connection): VerifiedWriter | undefined {
  if (!verify) return undefined;
  return new VerifiedWriter((verify === true ? sha256 : verify)(), (bytes) => peer.write(bytes));
}

function unconfirmed(remote: string): WirelineError {
  return new WirelineError('failed', `${remote} did not confirm the stream: is it a serve sink --verify?`);
}

/** The answer of a server to a one-way client: nothing, a refusal, or the confirmation of the stream. */
class Answer {
  text = '';

  add(bytes: Uint8Array): void {
    if (this.text.length < answerSize) this.text += new TextDecoder().decode(bytes.subarray(0, answerSize));
  }

  /** The server has ended, when it may have received all; a verified stream is answered with what is `due`. */
  end(outcome: Outcome, hasAll: boolean, due: string | undefined, remote: string): void {
    if (this.refuses(outcome)) return;
    if (!hasAll) outcome.fail(new WirelineError('reset', `${remote} closed before the end of the input`));
    else if (due !== undefined && this.text !== due) outcome.fail(unconfirmed(remote));
    else outcome.done();
  }

  /** Fails with the server's words, if it has refused. */
  refuses(outcome: Outcome): boolean {
    const why = refusalIn(this.text);
    if (why === undefined) return false;
    outcome.fail(new WirelineError('refused', `refused by the server: ${printable(why)}`));
    return true;
  }
}
