import { type Clock, type Output, systemClock, WirelineError } from '../../../core/index.js';
import { withNewline } from '../../../framing/index.js';
import type { AddressLike, DialOptions } from '../../../net/index.js';
import { runClient } from '../../../net/run-client.js';
import { OrderReader } from './announcing.js';

/** Options of {@link announce}. */
export interface AnnounceOptions extends DialOptions {
  /** The label, such as `X`; without it the server gives one. */
  readonly label?: string;
  readonly name: string;
  /**
   * The ending of the message (default: nothing, as in text 3; a newline where the message is longer than a packet, in
   * which a pause does not show its end). Servers that read lines need one.
   */
  readonly lineEnd?: '' | '\n' | '\r\n';
  /** Receives what the server says meanwhile in lines that begin with `* `, such as that another client has left. */
  readonly onNotice?: (words: string) => void;
  /** Called once where the server has said nothing for three seconds. */
  readonly onWait?: () => void;
  readonly clock?: Clock;
}

/** Bytes of one packet: the pauses between more than one are no sign of the message's end. */
const onePacket = 1024;
/** Milliseconds of silence after which a person wonders. */
const wonderMs = 3_000;

/**
 * Announces a name to a server of order, and writes to `output` the message and then all that the server says, to its
 * end, or to a second of silence after the order. Rejects as `refused` with the server's words, and as `reset` where
 * the server closes before it has said anything.
 */
export async function announce(output: Output, address: AddressLike, options: AnnounceOptions): Promise<void> {
  const { label, name, clock = systemClock, onNotice = () => {} } = options;
  if (/\n/.test(name)) throw new WirelineError('usage', 'a name is one line');
  if (label !== undefined && !/^(?!error$)[^\s:]{1,64}$/u.test(label)) {
    throw new WirelineError('usage', `${label} is not a label: letters or digits, such as X`);
  }
  const message = Buffer.from(label === undefined ? name : `Client ${label}: ${name}`);
  const { lineEnd = message.length > onePacket ? '\n' : '' } = options;
  await runClient(address, options, (peer, outcome) => {
    output.write(withNewline(message));
    peer.write(Buffer.concat([message, Buffer.from(lineEnd)]));
    const wonder = clock.after(wonderMs, () => options.onWait?.());
    const reader = new OrderReader({
      ...{ output, outcome, clock, onNotice },
      remote: peer.remote,
      name: Buffer.from(name),
      onOrder: () => peer.end(),
      pause: () => peer.pause(),
      resume: () => peer.resume(),
    });
    return {
      data(bytes) {
        wonder.stop();
        reader.data(bytes);
      },
      end: () => reader.end(),
      close() {
        wonder.stop();
        reader.close();
      },
    };
  });
}
