import type { Address } from '../../../core/index.js';
import {
  type Closed,
  errorText,
  printable,
  reasons,
  refusalIn,
  type Service,
  WirelineError,
  wrapHandler,
} from '../../../core/index.js';
import { formatAddress } from '../../../net/index.js';

/** Bytes that are looked at of how a server begins: room for one line of refusal. */
const startSize = 512;

/** Runs `service`, and tells `onRefusal` the words of a server that begins with a line `error: ...`. */
export function detectRefusal(service: Service, onRefusal: (words: string) => void): Service {
  return (peer) => {
    const handler = service(peer);
    let start = '';
    return wrapHandler(handler, {
      data(bytes) {
        if (start.length < startSize) {
          start += new TextDecoder().decode(bytes.subarray(0, startSize));
          const why = start.includes('\n') ? refusalIn(start) : undefined;
          if (why !== undefined) onRefusal(`refused by the server: ${printable(why)}`);
        }
        handler.data(bytes);
      },
    });
  };
}

/** Why a connection was lost, in words: those of the server, where it has said some. */
export function describeClose({ reason, error }: Closed, refusal: string | undefined): string {
  if (refusal !== undefined) return refusal;
  if (error) return errorText(error);
  return reason === 'ended' ? 'the server closed the connection' : reasons[reason].meaning;
}

/** The error of a connection that was over before the first welcome: what is there may be no chat at all. */
export function notAChatServer(address: Address, why: Closed, refusal: string | undefined): WirelineError {
  if (refusal !== undefined) return new WirelineError('refused', refusal);
  const code = why.reason === 'ended' ? 'reset' : why.reason;
  const words = `${formatAddress(address)} did not say welcome (${describeClose(why, refusal)}): is it a wireline serve chat?`;
  return new WirelineError(code, words, { cause: why.error });
}
