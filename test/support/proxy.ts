import net from 'node:net';
import { onTestFinished } from 'vitest';

/** What a {@link proxy} does to the bytes that pass it. */
export interface Harm {
  /** Cuts both connections after so many bytes from the server. */
  readonly cutAfter?: number;
  /** Does this instead of the cut, and passes on no more from the server. */
  readonly instead?: () => void;
  /** Cuts both connections after so many bytes from the client. */
  readonly cutClientAfter?: number;
  /** Ends the client's side in order after so many of its bytes, and drops the rest, as if it had said all. */
  readonly endClientAfter?: number;
  /** Flips a bit of the byte with this number from the server. */
  readonly flip?: number;
  /** Flips a bit of the byte with this number from the client. */
  readonly flipClient?: number;
}

/** A proxy between a client and the server on `port`, that does harm. Gives its own port. */
export async function proxy(port: string | number, harm: Harm): Promise<string> {
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const upstream = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    const cut = () => {
      for (const socket of [client, upstream]) if (!socket.destroyed) socket.resetAndDestroy();
    };
    for (const socket of [client, upstream]) socket.on('error', cut);
    client.on('close', cut);
    // The client may still be sending what is dropped here: a reset would overtake what the server has said.
    if (harm.endClientAfter === undefined) upstream.on('close', cut);
    flip(client, harm.flipClient);
    flip(upstream, harm.flip);
    if (harm.endClientAfter === undefined) passOn(client, upstream, harm.cutClientAfter, cut);
    else passOn(client, upstream, harm.endClientAfter, () => upstream.end());
    passOn(upstream, client, harm.cutAfter, harm.instead ?? cut);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return String((server.address() as net.AddressInfo).port);
}

/** Flips a bit of the byte with this number, before others are given it. */
function flip(from: net.Socket, number = -1): void {
  let seen = 0;
  from.on('data', (chunk) => {
    const at = number - seen;
    if (at >= 0 && at < chunk.length) chunk.writeUInt8(chunk.readUInt8(at) ^ 1, at);
    seen += chunk.length;
  });
}

/** Passes bytes on, and after `limit` of them does `over` instead. */
function passOn(from: net.Socket, to: net.Socket, limit: number | undefined, over: () => void): void {
  let left = limit ?? Number.POSITIVE_INFINITY;
  from.on('data', (chunk) => {
    if (left === 0) return;
    const part = chunk.subarray(0, Math.min(left, chunk.length));
    left -= part.length;
    const room = left > 0 ? to.write(part) : to.write(part, over);
    if (!room && left > 0) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
}
