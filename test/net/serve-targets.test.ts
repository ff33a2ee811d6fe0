import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Service } from '../../src/core/index.js';
import { echo } from '../../src/features/echo/server.js';
import type { ConnectionEvent } from '../../src/net/events.js';
import { detect, type ListenTarget, type ServeOptions, serve, startsWith } from '../../src/net/index.js';

async function serving(target: ListenTarget, options: ServeOptions = {}, service: Service = echo()) {
  const server = await serve(service, target, options);
  onTestFinished(() => server.close({ graceMs: 0 }));
  return server;
}

/** What a client of `port` receives until the end, after it has sent `words` and ended its side. */
async function answerOf(port: number | undefined, words: string): Promise<string> {
  const socket = net.connect(port as number, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.end(words);
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  // A refusal ends in a reset, at which `once` would reject.
  await new Promise((resolve) => socket.on('close', resolve));
  return heard;
}

async function listener(): Promise<net.Server> {
  const made = net.createServer().listen(0, '127.0.0.1');
  await once(made, 'listening');
  return made;
}

test('serve takes a net.Server that listens, and half-closed clients of it are answered', async () => {
  const made = await listener();
  const server = await serving(made);
  expect(server.address).toEqual({ host: '127.0.0.1', port: (made.address() as net.AddressInfo).port });
  expect(await answerOf(server.port, 'passed in')).toBe('passed in');
  await server.close();
  expect(made.listening).toBe(false);
});

test('serve rejects a net.Server that does not listen', async () => {
  await expect(serve(echo(), net.createServer())).rejects.toMatchObject({ code: 'usage' });
});

test('serve takes the descriptor of a socket that listens, as a parent passes it', async () => {
  const made = (await listener()) as net.Server & { _handle: { fd: number } };
  const { port } = made.address() as net.AddressInfo;
  const program = `import { echo, serve } from 'wireline'; await serve(echo(), { fd: 3 }); console.log('it listens');`;
  const stdio = ['ignore', 'pipe', 'inherit', made._handle.fd] as const;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: [...stdio] });
  onTestFinished(() => void child.kill());
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  made.close();
  expect(await answerOf(port, 'inherited')).toBe('inherited');
});

test('serve rejects a descriptor that is no socket', async () => {
  await expect(serve(echo(), { fd: 0xffff })).rejects.toMatchObject({ code: 'unusable' });
});

test('a refusal is spoken by the service of refuse', async () => {
  const refuse: Service = (peer) => {
    peer.write('HTTP/1.1 503 Service Unavailable\r\n\r\n');
    peer.close('too-many');
    return { data() {} };
  };
  const server = await serving('127.0.0.1:0', { maxConnections: 0, refuse });
  expect(await answerOf(server.port, '')).toBe('HTTP/1.1 503 Service Unavailable\r\n\r\n');
});

test('a refusing service that waits for ever is closed after a second', async () => {
  const server = await serving('127.0.0.1:0', { maxConnections: 0, refuse: () => ({ data() {}, end() {} }) });
  expect(await answerOf(server.port, 'I wait')).toBe('');
});

test('the diagnostics channel has the life of a connection, with the dialect that was detected', async () => {
  const events: ConnectionEvent[] = [];
  const onEvent = (event: unknown) => void events.push(event as ConnectionEvent);
  subscribe('wireline:connection', onEvent);
  onTestFinished(() => void unsubscribe('wireline:connection', onEvent));
  const shout = { name: 'shout', matches: (first: Uint8Array) => startsWith(first, Buffer.from('!')), service: echo() };
  const server = await serving('127.0.0.1:0', { maxConnections: 1 }, detect([shout], echo()));
  expect(await answerOf(server.port, '!now')).toBe('!now');
  await expect.poll(() => events.map(({ type }) => type)).toEqual(['opened', 'detected', 'ended', 'closed']);
  expect(events[1]).toMatchObject({ dialect: 'shout' });
  expect(events[3]).toMatchObject({ why: { reason: 'ended' }, received: 4, sent: 4 });
});
