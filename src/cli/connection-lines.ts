import { errorText, printable } from '../core/index.js';
import { type ConnectionEvent, connectionEvents } from '../net/events.js';

/** The lines that `-v` adds: calls `print` for each event of a connection that `describe` has words for. */
export function printConnections(
  print: (line: string) => void,
  describe: (event: ConnectionEvent) => string | undefined,
) {
  connectionEvents.subscribe((event) => {
    const line = describe(event as ConnectionEvent);
    if (line !== undefined) print(printable(line));
  });
}

/** The words of a client, which has one connection at a time. */
export function clientLine(event: ConnectionEvent): string | undefined {
  const { type, remote } = event;
  if (type === 'trying') return `trying ${remote}`;
  if (type === 'failed') return `${remote}: ${event.why}`;
  if (type === 'connected') return `connected to ${remote}`;
  if (type === 'ended') return `${remote} has ended its side, ${event.received} bytes in`;
  if (type !== 'closed') return undefined;
  const { reason, error } = event.why;
  const why = error ? `${reason}: ${errorText(error)}` : reason;
  return `${remote} closed (${why}), ${event.received} bytes in, ${event.sent} bytes out`;
}

/** The words of a server, beside what its log always has. */
export function serverLine(event: ConnectionEvent): string | undefined {
  if (event.type === 'detected')
    return `${event.remote} speaks ${event.dialect === 'fallback' ? 'no known dialect: plain text' : event.dialect}`;
  return event.type === 'ended' ? clientLine(event) : undefined;
}
