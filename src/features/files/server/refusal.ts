import { type Connection, refusalLine, type WirelineError } from '../../../core/index.js';
import { jsonLine } from '../protocol/messages.js';
import { BRACE } from './request.js';

/**
 * Tells a client why the request in `line` is not served. Returns true where it may ask for something else: a client of
 * JSON lines, unless the server itself is short of something, as then it is no good to this client. The others are closed.
 */
export function refused(peer: Connection, line: Uint8Array, error: WirelineError): boolean {
  const goesOn = line[0] === BRACE && error.code !== 'failed';
  tell(peer, line, error);
  if (!goesOn) close(peer, error);
  return goesOn;
}

/** Tells a client what is wrong with its request, and closes. */
export function refuseRequest(peer: Connection, line: Uint8Array, error: WirelineError): void {
  tell(peer, line, error);
  close(peer, error);
}

function tell(peer: Connection, line: Uint8Array, { message }: WirelineError): void {
  peer.write(line[0] === BRACE ? jsonLine({ error: message }) : refusalLine(message));
}

function close(peer: Connection, error: WirelineError): void {
  if (error.code === 'refused') peer.close('ended');
  else peer.close(error.code, error);
}
