import { type Handler, type Input, type Output, WirelineError } from '../core/index.js';
import { type Address, type DialOptions, inWords } from '../transport/index.js';
import { untilDone } from './outcome.js';

/**
 * Sends `input` and writes what comes to `output`, both at once. The end of the input half-closes; the end of
 * what the server says ends it all, once the output has taken everything. Rejects with `reset` where the
 * server was gone before it had taken what had been read of the input.
 */
export async function connect(
  input: Input,
  output: Output,
  address: Address,
  options: DialOptions = {},
): Promise<void> {
  try {
    await untilDone(address, options, (peer, outcome) => {
      input.read(
        (bytes) => peer.write(bytes),
        (error) => {
          if (error) outcome.fail(new WirelineError('input', `cannot read the input: ${inWords(error)}`));
          else peer.end();
        },
      );
      return {
        data(bytes) {
          if (output.write(bytes)) return;
          peer.pause();
          output.whenDrained(() => peer.resume());
        },
        drain: () => input.resume(),
        end() {
          output.whenDrained(() => {
            if (peer.backlog === 0) return outcome.done();
            const left = `${peer.remote} closed before it had taken the last ${peer.backlog} bytes`;
            outcome.fail(new WirelineError('reset', left));
          });
        },
      } satisfies Handler;
    });
  } finally {
    input.stop();
  }
}
