import { begin } from '../core/begin.js';
import { layered, type Service } from '../core/index.js';

const IAC = 255;
const SE = 240;
const SB = 250;
const WILL = 251;

/** Where in a telnet command a byte stands. */
type State = 'text' | 'command' | 'option' | 'sub' | 'sub-command';

/**
 * Takes telnet's commands (RFC 854) out of what comes, so that a telnet client is served as a plain one. The byte 255,
 * which begins them, is in no UTF-8. Options that it offers get no answer, which means no.
 */
export function withoutTelnet(service: Service): Service {
  return (peer) => {
    const handler = begin(service, peer);
    let state: State = 'text';
    return layered(handler, {
      data(bytes) {
        if (state === 'text' && !bytes.includes(IAC)) return handler.data(bytes);
        const text = new Uint8Array(bytes.length);
        let length = 0;
        for (const byte of bytes) {
          if (state === 'text' && byte !== IAC) text[length++] = byte;
          state = next(state, byte);
        }
        return length > 0 ? handler.data(text.subarray(0, length)) : undefined;
      },
    });
  };
}

function next(state: State, byte: number): State {
  switch (state) {
    case 'text':
      return byte === IAC ? 'command' : 'text';
    case 'command':
      if (byte === SB) return 'sub';
      return byte >= WILL && byte < IAC ? 'option' : 'text';
    case 'option':
      return 'text';
    case 'sub':
      return byte === IAC ? 'sub-command' : 'sub';
    case 'sub-command':
      return byte === SE ? 'text' : 'sub';
  }
}
