import { refusalLine, type Service } from '../core/index.js';

/** The line for a connection that there is no place for. */
export const tooMany = refusalLine('too many connections, try again later');
/** The line for a peer whose address has all the connections that it may have. */
export const tooManyOfAddress = refusalLine('too many connections from your address');

/** Sends `line` to a connection and closes it as `too-many`. */
export function refusing(line: string): Service {
  return (peer) => {
    peer.write(line);
    peer.close('too-many');
    return { data() {} };
  };
}
