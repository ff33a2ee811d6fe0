import type { Connection, Handler, Input, Output } from '../core/index.js';
import type { AddressLike, DialOptions } from '../transport/index.js';
import { type Outcome, unreadable, untilDone } from './outcome.js';

/** Milliseconds in which an input that has more to give does so. */
const silentMs = 50;

/**
 * Sends `input` and writes what comes to `output`, both at once. The end of the input half-closes. Where the server
 * ends first, what the input still gives is sent all the same, as the server may read on; an input that is silent
 * then, such as a terminal, is not waited for. Rejects with `reset` where the server was gone before it had taken all.
 */
export async function connect(
  input: Input,
  output: Output,
  address: AddressLike,
  options: DialOptions = {},
): Promise<void> {
  try {
    await untilDone(address, options, (peer, outcome) => {
      const said = say(input, peer, outcome);
      const finish = (before?: number) => {
        if (peer.backlog === 0 && (said.all || said.bytes === before)) outcome.done();
        else if (peer.state !== 'closed') setTimeout(finish, silentMs, said.bytes);
      };
      return {
        data(bytes) {
          if (output.write(bytes)) return;
          peer.pause();
          output.whenDrained(() => peer.resume());
        },
        drain: () => input.resume(),
        end: () => output.whenDrained(finish),
        close({ reason }) {
          if (reason === 'ended' && said.all) outcome.done();
        },
      } satisfies Handler;
    });
  } finally {
    input.stop();
  }
}

/** Sends an input and ends our side with it. Gives how far that has come. */
function say(input: Input, peer: Connection, outcome: Outcome): { bytes: number; all: boolean } {
  const said = { bytes: 0, all: false };
  input.read(
    (bytes) => {
      said.bytes += bytes.length;
      return peer.write(bytes);
    },
    (error) => {
      if (error) return outcome.fail(unreadable(error));
      said.all = true;
      peer.end();
    },
  );
  return said;
}
