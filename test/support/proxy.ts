import net from 'node:net';
import { onTestFinished } from 'vitest';

/** What a {@link proxy} does to the bytes that come from the server. */
export interface Harm {
  /** Cuts both connections after so many bytes from the server. */
  readonly cutAfter?: number;
  /** Cuts both connections after so many bytes from the client. */
  readonly cutClientAfter?: number;
  /** Flips a bit of the byte with this number from the server. */
  readonly flip?: number;
}

/** A proxy between a client and the server on `port`, that does harm. Gives its own port. */
export async function proxy(port: string | number, harm: Harm): Promise<string> {
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), '127.0.0.1');
    const cut = () => {
      for (const socket of [client, upstream]) if (!socket.destroyed) socket.resetAndDestroy();
    };
    for (const socket of [client, upstream]) socket.on('error', cut).on('close', cut);
    passOn(client, upstream, harm.cutClientAfter, cut);
    let seen = 0;
    upstream.on('data', (chunk) => {
      const at = (harm.flip ?? -1) - seen;
      if (at >= 0 && at < chunk.length) chunk.writeUInt8(chunk.readUInt8(at) ^ 1, at);
      seen += chunk.length;
    });
    passOn(upstream, client, harm.cutAfter, cut);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return String((server.address() as net.AddressInfo).port);
}

function passOn(from: net.Socket, to: net.Socket, cutAfter: number | undefined, cut: () => void): void {
  let left = cutAfter ?? Number.POSITIVE_INFINITY;
  from.on('data', (chunk) => {
    const part = chunk.subarray(0, Math.min(left, chunk.length));
    left -= part.length;
    const room = left > 0 ? to.write(part) : to.write(part, cut);
    if (!room) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
}
