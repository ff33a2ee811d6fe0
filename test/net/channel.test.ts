import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Codec, type Service, WirelineError } from '../../src/core/index.js';
import { ChatClient } from '../../src/features/chat/client/client.js';
import { echo } from '../../src/features/echo/server.js';
import { framed, jsonLines, length, lines } from '../../src/framing/index.js';
import { type OpenOptions, open } from '../../src/net/channel.js';
import { dial, type Server, serve } from '../../src/net/index.js';
import { rejection } from '../support/code-of.js';

async function serving(service: Service): Promise<Server> {
  const server = await serve(service, '127.0.0.1:0');
  onTestFinished(() => server.close({ graceMs: 0 }));
  return server;
}

/** A channel to a server that does with its one client what `play` says. */
async function channelTo<M>(codec: Codec<M>, play: (socket: net.Socket) => void, options: OpenOptions = {}) {
  const listener = net.createServer({ allowHalfOpen: true }, (socket) => {
    onTestFinished(() => void socket.destroy());
    play(socket.on('error', () => {}));
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void listener.close());
  const { port } = listener.address() as net.AddressInfo;
  const channel = await open(`127.0.0.1:${port}`, codec, options);
  onTestFinished(() => channel.close());
  return channel;
}

const texts = (messages: readonly (Uint8Array | undefined)[]) =>
  messages.map((message) => message && String(Buffer.from(message)));

test('a string that is sent is its UTF-8', async () => {
  const channel = await open((await serving(echo())).address, lines());
  await channel.send('hé');
  expect(texts([await channel.next()])).toEqual(['hé']);
  channel.close();
});

test('the peer’s end ends our side once all is read, and the channel closes', async () => {
  const { promise: over, resolve } = resolvers();
  const channel = await channelTo(lines(), (socket) => socket.on('end', resolve).resume().end('a\nb\n'));
  const read: Uint8Array[] = [];
  for await (const line of channel) read.push(line);
  expect(texts(read)).toEqual(['a', 'b']);
  await over;
  expect((await channel.closed).reason).toBe('ended');
  expect(await channel.next()).toBe(undefined);
});

function resolvers() {
  let resolve!: (value?: unknown) => void;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

test('messages that were not read when the peer ended are still there', async () => {
  const channel = await channelTo(lines(), (socket) => socket.end('a\nb\n'));
  expect(texts([await channel.next()])).toEqual(['a']);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(texts([await channel.next(), await channel.next()])).toEqual(['b', undefined]);
  expect((await channel.closed).reason).toBe('ended');
});

test('a cut is an error of next, after the messages before it', async () => {
  const channel = await channelTo(lines(), (socket) => {
    socket.write('a\n');
    setTimeout(() => socket.resetAndDestroy(), 20);
  });
  expect(texts([await channel.next()])).toEqual(['a']);
  await expect(channel.next()).rejects.toMatchObject({ code: 'reset' });
  await expect(channel.next()).rejects.toMatchObject({ code: 'reset' });
  await expect(channel.send('x')).rejects.toMatchObject({ code: 'reset' });
  expect((await channel.closed).reason).toBe('reset');
});

test('leaving the loop closes the connection', async () => {
  const server = await serving(framed(lines(), (peer) => ({ data: (line) => peer.write(line) })));
  const channel = await open(server.address, lines());
  await channel.send('one');
  for await (const _ of channel) break;
  expect((await channel.closed).reason).toBe('ended');
});

test('await using closes a channel and a server', async () => {
  let port: number | undefined;
  {
    await using server = await serve(echo(), 0);
    await using channel = await open(server.port as number, lines());
    await channel.send('x');
    port = server.port;
    expect(server.connections).toBe(1);
  }
  expect(await rejection(dial(() => ({ data() {} }), port as number))).toMatchObject({ code: 'unreachable' });
});

describe('a wait for the next message', () => {
  test('rejects after its time, and loses nothing', async () => {
    const sockets: net.Socket[] = [];
    const channel = await channelTo(lines(), (socket) => sockets.push(socket));
    expect(await rejection(channel.next({ timeoutMs: 20 }))).toMatchObject({ code: 'timeout' });
    sockets[0]?.write('late\n');
    expect(texts([await channel.next({ timeoutMs: 5_000 })])).toEqual(['late']);
  });

  test('rejects when its signal is raised, before or later, with its reason', async () => {
    const channel = await channelTo(lines(), () => {});
    const raised = AbortSignal.abort(new WirelineError('refused', 'never mind'));
    expect(await rejection(channel.next({ signal: raised }))).toMatchObject({ code: 'refused' });
    const controller = new AbortController();
    const waiting = rejection(channel.next({ signal: controller.signal }));
    controller.abort();
    expect(await waiting).toMatchObject({ code: 'interrupted' });
  });

  test('is one at a time', async () => {
    const channel = await channelTo(lines(), () => {});
    const first = channel.next();
    expect(await rejection(channel.next())).toMatchObject({ code: 'usage' });
    channel.close();
    expect(await first).toBe(undefined);
  });
});

test('large messages that nobody reads pause the connection at a limit in bytes', async () => {
  const message = Buffer.alloc(300_000, 'x');
  let sent = 0;
  const server = await serving(
    framed(length(), (peer) => {
      const send = () => {
        while (sent < 100 && peer.backlog === 0) sent += Number(peer.write(message) || 1);
        if (sent >= 100) peer.end();
      };
      return { data: send, drain: send };
    }),
  );
  const channel = await open(server.address, length(), { maxBytes: 500_000 });
  await channel.send('go');
  const first = await channel.next();
  expect(first?.length).toBe(message.length);
  let count = 1;
  for await (const _ of channel) count++;
  expect(count).toBe(100);
});

test('clients take an address as a string, a port, or an object', async () => {
  const server = await serving(framed(lines(), (peer) => ({ data: (line) => peer.write(line) })));
  for (const address of [
    `127.0.0.1:${server.port}`,
    { host: '127.0.0.1', port: server.port as number },
    server.address,
  ]) {
    const channel = await open(address, lines());
    await channel.send('x');
    expect(texts([await channel.next()])).toEqual(['x']);
    channel.close();
  }
  expect(new ChatClient('localhost:9000', { name: 'a', rooms: [] }, {} as never).address).toEqual({
    host: 'localhost',
    port: 9000,
  });
});

test('a codec may send other messages than it receives', async () => {
  const service = framed(jsonLines<{ add: number[] }, { sum: number }>(), (peer) => ({
    data: ({ add }) => peer.write({ sum: add.reduce((a, b) => a + b) }),
  }));
  const channel = await open((await serving(service)).address, jsonLines<{ sum: number }, { add: number[] }>());
  await channel.send({ add: [1, 2, 3] });
  expect(await channel.next()).toEqual({ sum: 6 });
  channel.close();
});
