import { once } from 'node:events';
import net from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { echo } from '../../src/features/echo/server.js';
import { dial, serve } from '../../src/net/index.js';
import { Recorder } from '../support/recorder.js';

afterEach(() => void vi.restoreAllMocks());

/** What Node's handle of a TCP socket has for options. */
interface TcpHandle {
  setNoDelay(on: boolean): number;
  setKeepAlive(on: boolean, seconds: number): number;
}

/** The prototype of all handles, which both ends of every connection use. */
async function handles(port: number): Promise<TcpHandle> {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const { _handle: handle } = socket as unknown as { _handle: TcpHandle };
  socket.destroy();
  return Object.getPrototypeOf(handle) as TcpHandle;
}

test('both ends send small writes at once, and ask after 60 s of silence whether the other still exists', async () => {
  const server = await serve(echo(), '127.0.0.1:0');
  const port = server.address.port as number;
  const handle = await handles(port);
  await expect.poll(() => server.connections).toBe(0);
  const noDelay = vi.spyOn(handle, 'setNoDelay');
  const keepAlive = vi.spyOn(handle, 'setKeepAlive');
  const client = new Recorder();
  const peer = await dial(client.service, `127.0.0.1:${port}`);
  peer.write(Buffer.from('hello'));
  peer.end();
  await client.closed;
  expect(client.text).toBe('hello');
  expect(noDelay.mock.calls).toEqual([[true], [true]]);
  // Node 24 has two more parameters, for the time between questions and their number.
  expect(keepAlive.mock.calls.map(([on, seconds]) => [on, seconds])).toEqual([
    [true, 60],
    [true, 60],
  ]);
  await server.close();
});
