/** A place to listen on or to dial: a TCP port of a host, or the path of a Unix socket. */
export type Address =
  | { readonly host?: string; readonly port: number; readonly path?: never }
  | { readonly path: string; readonly host?: never; readonly port?: never };

/**
 * Where a peer is: the host and port of a TCP connection, the path of a Unix socket, or `name` of another transport, such as
 * a pair in memory.
 */
export interface PeerAddress {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly name?: string;
}

/** Returns the address as a log line has it: `127.0.0.1:40112`, `[::1]:40112`, `unix:/run/x`. */
export function formatPeer({ host = '', port, path, name }: PeerAddress): string {
  if (path !== undefined) return `unix:${path}`;
  if (name !== undefined) return name;
  const shown = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? shown : `${shown}:${port}`;
}
