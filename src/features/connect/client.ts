import { type Connection, type Handler, type Input, type Output, systemClock } from '../../core/index.js';
import type { AddressLike, DialOptions } from '../../net/index.js';
import { type ReceiptOptions, ReceiptWait } from '../../net/receipt.js';
import { inputError, type Outcome, runClient } from '../../net/run-client.js';

/** Milliseconds in which an input that has more to give does so. */
const silentMs = 50;

/** Options of {@link connect}. */
export interface ConnectOptions extends DialOptions, ReceiptOptions {
  /** True if the end of the input half-closes the connection (default). Some servers take that for a hang-up. */
  readonly halfClose?: boolean;
}

/**
 * Sends `input` and writes what comes to `output`, both at once. The end of the input half-closes. Where the server
 * ends first, what the input still gives is sent all the same, as the server may read on; an input that is silent
 * then, such as a terminal, is not waited for. Rejects with `reset` where the server was gone before it had taken all.
 */
export async function connect(
  input: Input,
  output: Output,
  address: AddressLike,
  options: ConnectOptions = {},
): Promise<void> {
  const { halfClose = true, receipt = true, waitMs = 0, clock = systemClock } = options;
  try {
    await runClient(address, options, (peer, outcome) => {
      const wait = new ReceiptWait({ peer, outcome, receipt, waitMs, clock, onWait: options.onWait });
      const said = say(input, peer, outcome, () => {
        if (halfClose) peer.end();
        wait.begin();
      });
      const finish = (before?: number) => {
        if (peer.backlog === 0 && (said.all || said.bytes === before)) outcome.done();
        else if (peer.state !== 'closed') setTimeout(finish, silentMs, said.bytes);
      };
      return {
        data(bytes) {
          wait.moved();
          if (output.write(bytes)) return;
          peer.pause();
          output.whenDrained(() => peer.resume());
        },
        drain: () => (said.all ? wait.taken() : input.resume()),
        end: () => output.whenDrained(finish),
        close({ reason }) {
          wait.stop();
          if (reason === 'ended' && said.all) outcome.done();
        },
      } satisfies Handler;
    });
  } finally {
    input.stop();
  }
}

/** Sends an input. Returns the progress, and calls `onAll` at its end. */
function say(input: Input, peer: Connection, outcome: Outcome, onAll: () => void): { bytes: number; all: boolean } {
  const said = { bytes: 0, all: false };
  input.read(
    (bytes) => {
      said.bytes += bytes.length;
      return peer.write(bytes);
    },
    (error) => {
      if (error) return outcome.fail(inputError(error));
      said.all = true;
      onAll();
    },
  );
  return said;
}
