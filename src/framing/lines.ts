import { bytesOf, type Codec, retain, type Sendable, WirelineError } from '../core/index.js';
import { defaultMaxMessage, truncated } from './accumulator.js';
import { LineDecoder } from './line-decoder.js';
import { withNewline } from './newline.js';

/**
 * A message is a line: what comes before an LF, and nothing else ends it. A CR stays part of the message; a
 * stream that ends in mid-line is `truncated`. `max` is the longest line in bytes, without its LF.
 */
export function lines({ max = defaultMaxMessage }: { max?: number } = {}): Codec<Uint8Array> {
  return {
    name: 'lines',
    decoder(emit) {
      const decoder = new LineDecoder(max, emit);
      return {
        push: (chunk) => decoder.push(chunk),
        end() {
          if (decoder.held > 0) throw truncated(decoder.held);
        },
        get held() {
          return decoder.held;
        },
      };
    },
    encode: encodeLine,
    retain: retain,
  };
}

function encodeLine(sent: Sendable): Uint8Array {
  const message = bytesOf(sent);
  if (message.includes(10)) throw new WirelineError('protocol', 'a message of lines framing has a newline in it');
  return withNewline(message);
}
