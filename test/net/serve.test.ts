import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Closed, Connection, Service } from '../../src/core/index.js';
import { echo } from '../../src/features/echo/server.js';
import { type Observer, type ServeOptions, type Server, serve } from '../../src/net/index.js';
import { noise } from '../support/bytes.js';
import { plainClient } from '../support/client.js';
import { rejection } from '../support/code-of.js';
import { folder } from '../support/folder.js';
import { Recorder } from '../support/recorder.js';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serving(service: Service = echo(), options: ServeOptions = {}): Promise<Server> {
  const server = await serve(service, '127.0.0.1:0', options);
  servers.push(server);
  return server;
}

async function echoed(server: Server, words = 'hello'): Promise<string> {
  const { socket, all } = await plainClient(server.address);
  socket.end(words);
  return all();
}

/** An observer that lets a test wait for what it is told. */
function watching() {
  const told: string[] = [];
  const closed: { why: Closed; received: number; sent: number }[] = [];
  let look = () => {};
  const observer: Observer = {
    opened: ({ remote }) => tell(`opened ${remote}`),
    closed(_, why, traffic) {
      closed.push({ why, ...traffic });
      tell(`closed ${why.reason}`);
    },
    refused: (_, why) => tell(`refused ${why.reason}`),
  };
  const tell = (line: string) => {
    told.push(line);
    look();
  };
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      look = () => condition() && resolve();
      look();
    });
  return { observer, told, closed, until };
}

/** Closes, and gives the seconds that this took. */
async function secondsToClose(server: Server): Promise<number> {
  const from = performance.now();
  await server.close();
  await server.closed;
  return (performance.now() - from) / 1000;
}

describe('the limit of connections', () => {
  test('is told to the one over it, which is then reset, and a place that is left is free', async () => {
    const { observer, told, until } = watching();
    const server = await serving(echo(), { maxConnections: 2, observer });
    const [one] = [await plainClient(server.address), await plainClient(server.address)];
    const over = await plainClient(server.address);
    let line = '';
    over.socket.on('data', (chunk) => {
      line += chunk;
    });
    expect(await over.over()).toBe('ECONNRESET');
    expect(line).toBe('error: too many connections, try again later\n');
    expect(server.connections).toBe(2);
    expect(told).toContain('refused too-many');
    one.socket.end();
    await until(() => told.includes('closed ended'));
    expect(server.connections).toBe(1);
    expect(await echoed(server)).toBe('hello');
  });

  test('resets one that does not leave by itself', async () => {
    const server = await serving(echo(), { maxConnections: 0 });
    const { socket } = await plainClient(server.address);
    const code = new Promise((resolve) => socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code)));
    socket.write('I stay');
    socket.resume();
    expect(await code).toBe('ECONNRESET');
  });

  test('is not filled by those that were refused', async () => {
    const { observer, told, until } = watching();
    const server = await serving(echo(), { maxConnections: 1, observer });
    const served = await plainClient(server.address);
    for (let i = 0; i < 5; i++) await plainClient(server.address);
    served.socket.end();
    await until(() => told.includes('closed ended'));
    expect(server.connections).toBe(0);
    expect(await echoed(server)).toBe('hello');
  });

  test('costs a flood its words, and is a reset for all of it', async () => {
    const { observer, told, until } = watching();
    const server = await serving(echo(), { maxConnections: 1, observer });
    const first = await plainClient(server.address);
    // Some are reset so soon that they never know that they were connected.
    const { port } = server.address as { port: number };
    const flood = Array.from({ length: 149 }, () => net.connect(port, '127.0.0.1').resume());
    const ends = flood.map((socket) => once(socket, 'end').catch(({ code }: NodeJS.ErrnoException) => code));
    await until(() => told.filter((line) => line === 'refused too-many').length === 149);
    expect(server.connections).toBe(1);
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['ECONNRESET']));
    first.socket.destroy();
    await until(() => told.some((line) => line.startsWith('closed')));
    expect(await echoed(server)).toBe('hello');
  });
});

describe('closing a server', () => {
  test('ends idle clients well within a second, and tells their handlers why', async () => {
    const handlers: Recorder[] = [];
    const server = await serving((peer) => {
      const made = new Recorder();
      handlers.push(made);
      return made.service(peer);
    });
    const clients = await Promise.all(Array.from({ length: 20 }, () => plainClient(server.address)));
    const cut = clients.map((client) => client.over());
    await Promise.all(handlers.map((made) => made.saw('service')));
    expect(await secondsToClose(server)).toBeLessThan(1);
    expect(await Promise.all(cut)).toEqual(clients.map(() => 'ECONNRESET'));
    expect(await Promise.all(handlers.map((made) => made.closed))).toEqual(
      handlers.map(() => ({ reason: 'shutdown' })),
    );
    expect(server.connections).toBe(0);
  });

  test('does not wait for a client that never reads', async () => {
    const handler = new Recorder();
    const server = await serving(handler.service);
    await plainClient(server.address);
    await handler.saw('service');
    while (handler.peer.write(noise(1024 * 1024)));
    expect(await secondsToClose(server)).toBeLessThan(2);
  });

  test('does not wait, beyond the grace, for one that reads a little at a time', async () => {
    const handler = new Recorder();
    const server = await serving(handler.service, { graceMs: 300 });
    const { socket } = await plainClient(server.address);
    await handler.saw('service');
    for (let i = 0; i < 64; i++) handler.peer.write(noise(1024 * 1024));
    const sipping = setInterval(() => socket.read(64 * 1024), 5);
    expect(await secondsToClose(server)).toBeLessThan(2);
    clearInterval(sipping);
  });

  test('ends clients that are sending', async () => {
    const server = await serving();
    const { socket, over } = await plainClient(server.address);
    const send = () => {
      while (!socket.destroyed && socket.write(noise(100_000)));
    };
    socket.on('drain', send);
    send();
    const cut = over();
    expect(await secondsToClose(server)).toBeLessThan(2);
    await cut;
  });

  test('sends first what was written', async () => {
    const content = noise(4 * 1024 * 1024, 3);
    const handler = new Recorder();
    const server = await serving(handler.service);
    const { socket } = await plainClient(server.address);
    await handler.saw('service');
    handler.peer.write(Buffer.from(content));
    const closing = server.close();
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    await closing;
    if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  });

  test('may be asked for twice, and by a signal', async () => {
    const abort = new AbortController();
    const server = await serving(echo(), { signal: abort.signal });
    const client = await plainClient(server.address);
    abort.abort();
    await Promise.all([server.close(), server.close(), server.closed]);
    expect(await client.over()).toBe('ECONNRESET');
  });

  test('before it has begun keeps it from listening', async () => {
    expect((await rejection(serve(echo(), '127.0.0.1:0', { signal: AbortSignal.abort() }))).code).toBe('interrupted');
    const abort = new AbortController();
    const starting = serve(echo(), '127.0.0.1:0', { signal: abort.signal });
    abort.abort();
    expect((await rejection(starting)).code).toBe('interrupted');
  });
});

describe('a server', () => {
  test('tells its observer of each connection, and of its bytes', async () => {
    const { observer, told, closed, until } = watching();
    const server = await serving(echo(), { observer });
    const { socket, all } = await plainClient(server.address);
    const remote = `127.0.0.1:${socket.localPort}`;
    socket.end('hello');
    await all();
    await until(() => closed.length === 1);
    expect(told).toEqual([`opened ${remote}`, 'closed ended']);
    expect(closed).toEqual([{ why: { reason: 'ended' }, received: 5, sent: 5 }]);
  });

  test.each(['throws', 'rejects'])('loses no connection by an observer that %s, and reports it', async (how) => {
    const reported: string[] = [];
    const fault = (name: string) => () => {
      if (how === 'throws') throw new Error(name);
      return Promise.reject(new Error(name));
    };
    const observer = { opened: fault('opened'), closed: fault('closed'), refused: fault('refused') } as Observer;
    const onError = (error: unknown, { remote }: { remote: string }) =>
      void reported.push(`${(error as Error).message} ${remote.replace(/\d+$/, 'PORT')}`);
    const server = await serving(echo(), { observer, onError, maxConnections: 1 });
    const served = await plainClient(server.address);
    const refused = await plainClient(server.address);
    await refused.over();
    served.socket.end('hello');
    expect(await served.all()).toBe('hello');
    while (server.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(reported).toEqual(['opened', 'refused', 'closed'].map((name) => `${name} 127.0.0.1:PORT`));
    expect(await echoed(server)).toBe('hello');
  });

  test('prints a mistake of a service on stderr, with the peer and the stack, where nobody takes it', async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue(undefined);
    onTestFinished(() => printed.mockRestore());
    const server = await serving(() => ({
      data() {
        throw new Error('a bug');
      },
    }));
    const { socket, over } = await plainClient(server.address);
    const remote = `127.0.0.1:${socket.localPort}`;
    socket.write('x');
    await over();
    const [block] = printed.mock.calls[0] as string[];
    expect(printed.mock.calls.length).toBe(1);
    expect(block).toMatch(
      new RegExp(`^wireline: an uncaught error at the connection with ${remote}\nError: a bug\n +at `),
    );
  });

  test('names an IPv4 client of a socket for both as IPv4', async () => {
    const handler = new Recorder();
    const server = await serve(handler.service, '0');
    servers.push(server);
    const { socket } = await plainClient(server.address);
    await handler.saw('service');
    expect(handler.peer.remote).toBe(`127.0.0.1:${socket.localPort}`);
  });

  test('tells a handler that its peer has cut the connection', async () => {
    const handler = new Recorder();
    const server = await serving(handler.service);
    const { socket } = await plainClient(server.address);
    socket.write('x');
    await handler.saw('data');
    socket.resetAndDestroy();
    const why = await handler.closed;
    expect(why.reason).toBe('reset');
    expect((why.error as NodeJS.ErrnoException).code).toBe('ECONNRESET');
    expect(handler.events).toEqual(['service', 'data', 'close']);
  });

  test('tells a handler that is writing that its peer is gone', async () => {
    const handler = new Recorder();
    const server = await serving(handler.service);
    const { socket } = await plainClient(server.address);
    await handler.saw('service');
    while (handler.peer.write(noise(1024 * 1024)));
    socket.resetAndDestroy();
    expect((await handler.closed).reason).toBe('reset');
    expect(handler.peer.write(noise(10))).toBe(false);
    expect(handler.events.filter((event) => event !== 'drain')).toEqual(['service', 'close']);
  });

  test('tells a handler that writes and does not read of the cut by its name', async () => {
    const handler = new Recorder({ start: (peer) => peer.pause() });
    const server = await serving(handler.service);
    const { socket } = await plainClient(server.address);
    await handler.saw('service');
    const gone = once(socket, 'close');
    socket.resetAndDestroy();
    await gone;
    handler.peer.write(Buffer.from('to nobody'));
    const why = await handler.closed;
    expect([why.reason, (why.error as NodeJS.ErrnoException).code]).toEqual(['reset', 'ECONNRESET']);
  });

  test('answers a client that has ended already', async () => {
    expect(await echoed(await serving(), 'x'.repeat(1_000_000))).toBe('x'.repeat(1_000_000));
  });

  test('survives clients and services that do everything wrong', async () => {
    let calls = 0;
    const failing: Service = (peer: Connection) => {
      const mode = calls++ % 6;
      const fail = () => {
        throw new Error('a bug');
      };
      if (mode === 0) fail();
      if (mode === 1) peer.close('failed');
      if (mode === 2) return { data: fail, end: fail, close: fail };
      if (mode === 3) return { data: () => peer.close('protocol', new Error('no')), end: fail, close: fail };
      return echo()(peer);
    };
    const server = await serving(failing, { onError: () => {} });
    const abuses = ['resetAndDestroy', 'destroy', 'end'] as const;
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const client = await plainClient(server.address).catch(() => undefined);
        client?.socket.write(noise(1 + i * 1000));
        client?.socket[abuses[i % 3] ?? 'end']();
        await client?.over();
      }),
    );
    for (calls = 4; server.connections > 0; ) await new Promise((resolve) => setImmediate(resolve));
    expect(await echoed(server)).toBe('hello');
  });
});

describe('the limit of connections of one address', () => {
  test('is told to the one over it, and a place that is left is free', async () => {
    const { observer, told, until } = watching();
    const server = await serving(echo(), { maxPerAddress: 2, observer });
    const [one] = [await plainClient(server.address), await plainClient(server.address)];
    const over = await plainClient(server.address);
    let line = '';
    over.socket.on('data', (chunk) => {
      line += chunk;
    });
    expect(await over.over()).toBe('ECONNRESET');
    expect(line).toBe('error: too many connections from your address\n');
    expect(server.connections).toBe(2);
    expect(told).toContain('refused too-many');
    one.socket.end();
    await until(() => told.includes('closed ended'));
    expect(await echoed(server)).toBe('hello');
  });

  test('leaves the last tenth of all places to other addresses', async () => {
    const server = await serving(echo(), { maxConnections: 10 });
    const clients: Promise<unknown>[] = [];
    for (let i = 0; i < 9; i++) clients.push(plainClient(server.address));
    await Promise.all(clients);
    expect(await (await plainClient(server.address)).over()).toBe('ECONNRESET');
    const other = await plainClient(Object.assign({ localAddress: '127.0.0.2' }, server.address));
    other.socket.end('hello');
    expect(await other.all()).toBe('hello');
  });

  test('counts an IPv4 client of a socket for both as what it is', async () => {
    const server = await serve(echo(), '0', { maxPerAddress: 1 });
    servers.push(server);
    await plainClient(server.address);
    const { port } = server.address as { port: number };
    const mapped = await plainClient({ host: '::ffff:127.0.0.1', port });
    expect(await mapped.over()).toBe('ECONNRESET');
    const other = await plainClient({ host: '::1', port });
    other.socket.end('hello');
    expect(await other.all()).toBe('hello');
  });

  test('is none for a Unix socket', async () => {
    const path = join(folder(), 's');
    const server = await serve(echo(), `unix:${path}`, { maxPerAddress: 1 });
    servers.push(server);
    const { socket } = await plainClient({ path });
    socket.write('x');
    await once(socket, 'data');
    expect(await echoed(server)).toBe('hello');
  });
});
