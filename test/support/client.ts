import { once } from 'node:events';
import net from 'node:net';
import { afterEach } from 'vitest';
import type { Address } from '../../src/core/index.js';

/** A plain client, which knows nothing of this library. */
export interface Client {
  readonly socket: net.Socket;
  /** All that comes until the other side ends; rejects where the connection is cut. */
  all(): Promise<string>;
  /** Resolves when the connection is over, with the code of the error if it was cut. */
  over(): Promise<string | undefined>;
}

const sockets = new Set<net.Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});

/** Connects to a server as any program would. Is destroyed after the test. */
export async function plainClient(address: Address): Promise<Client> {
  const socket = net.connect({ host: '127.0.0.1', ...address, allowHalfOpen: true } as net.NetConnectOpts);
  sockets.add(socket);
  let code: string | undefined;
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code;
  });
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  await once(socket, 'connect');
  return {
    socket,
    async all() {
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
    async over() {
      socket.resume();
      socket.on('end', () => socket.end());
      await closed;
      return code;
    },
  };
}
