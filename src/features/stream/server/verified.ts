import { isDeliberate } from '../../../core/attempt.js';
import { begin, refusePromise } from '../../../core/begin.js';
import {
  type MakeHash,
  refusalLine,
  type Service,
  sha256,
  WirelineError,
  wrapConnection,
} from '../../../core/index.js';
import { VerifiedReader } from '../../../framing/index.js';
import { moreAfterEnd } from '../../../framing/verified.js';

const encoder = new TextEncoder();

/**
 * A layer for one-way streams whose end can be trusted (see {@link VerifiedReader}). `service` is given the bytes,
 * and the end only when length and hash are right. When it ends its side, the client is answered `ok` and the
 * verdict. Anything else ends as `truncated` or `protocol`, with a line `error: ...` to the client.
 */
export function verified(service: Service, hash: MakeHash = sha256): Service {
  return (peer) => {
    const inner = begin(
      service,
      wrapConnection(peer, {
        write: (bytes) => peer.write(bytes),
        end() {
          peer.write(encoder.encode(`ok ${stream.verdict}\n`));
          peer.end();
        },
      }),
    );
    const stream = new VerifiedReader(hash(), (bytes) => refusePromise(inner.data(bytes), peer));
    const refuse = (error: WirelineError) => {
      peer.write(refusalLine(error.message));
      peer.close(error.code, error);
    };
    return {
      data(bytes) {
        try {
          if (stream.push(bytes) < bytes.length) throw moreAfterEnd();
        } catch (error) {
          return isDeliberate(error) ? refuse(error) : peer.fail(error);
        }
        if (stream.verdict !== undefined) return inner.end?.();
      },
      end() {
        if (stream.verdict === undefined) refuse(new WirelineError('truncated', 'the stream was cut before its end'));
      },
      drain: () => inner.drain?.(),
      ...(inner.stopping ? { stopping: () => inner.stopping?.() } : {}),
      close: (why) => inner.close?.(why),
    };
  };
}
