import { type Handler, type Output, printable, WirelineError } from '../core/index.js';
import { framed, text, withNewline } from '../framing/index.js';
import type { AddressLike, DialOptions } from '../transport/index.js';
import { type Outcome, untilDone } from './outcome.js';

/** What {@link announce} says. */
export interface AnnounceOptions extends DialOptions {
  /** The label, such as `X`; without it the server gives one. */
  readonly label?: string;
  readonly name: string;
  /** Told of what the server says meanwhile, such as that another has left. */
  readonly onNotice?: (words: string) => void;
}

/** The longest order that is read: room for the names of many. */
const maxOrder = 1024 ** 3;

/**
 * Announces a name to an order service, and writes to `output` what it said and then the order that comes back.
 * Rejects as `refused` with the server's words, and as `reset` where it closes before the order.
 */
export async function announce(output: Output, address: AddressLike, options: AnnounceOptions): Promise<void> {
  const { label, name } = options;
  if (/\n/.test(name)) throw new WirelineError('usage', 'a name is one line');
  if (label !== undefined && !/^(?!error$)[^\s:]{1,64}$/u.test(label)) {
    throw new WirelineError('usage', `${label} is not a label: letters or digits, such as X`);
  }
  const message = new TextEncoder().encode(label === undefined ? name : `Client ${label}: ${name}`);
  await untilDone(address, options, (bytePeer, outcome) =>
    framed(
      text({ max: maxOrder }),
      (peer) => {
        output.write(withNewline(message));
        peer.write({ bytes: message, end: '\n' });
        return {
          data: (line) => onLine(line.bytes, output, outcome, options),
          end: () => outcome.fail(new WirelineError('reset', `${peer.remote} closed before it sent the order`)),
        } satisfies Handler<{ bytes: Uint8Array }>;
      },
      { views: true },
    )(bytePeer),
  );
}

function onLine(bytes: Uint8Array, output: Output, outcome: Outcome, options: AnnounceOptions): void {
  const start = new TextDecoder().decode(bytes.subarray(0, 512));
  if (start.startsWith('* ')) return options.onNotice?.(printable(start));
  if (start.startsWith('error: ')) {
    return outcome.fail(new WirelineError('refused', `refused by the server: ${printable(start.slice(7))}`));
  }
  output.write(withNewline(bytes));
  output.whenDrained(() => outcome.done());
}
