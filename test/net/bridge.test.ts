import { readFileSync } from 'node:fs';
import http from 'node:http';
import type net from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import ssh2 from 'ssh2';
import { afterAll, expect, test } from 'vitest';
import WebSocket, { createWebSocketStream, WebSocketServer } from 'ws';
import type { OnError, Service } from '../../src/core/index.js';
import { echo } from '../../src/features/echo/server.js';
import { asDuplex, dial, memoryPair, type Server, serve, serveStream } from '../../src/net/index.js';
import { connectionConformance, type TransportUnderTest } from '../conformance/connection.js';

const pem = (file: string) => readFileSync(join(import.meta.dirname, '../support/tls', file));
const context = tls.createSecureContext({ key: pem('key.pem'), cert: pem('cert.pem') });

/** A service that runs `service` on what `wrap` makes of the connection's duplex, once that is ready. */
function over(
  wrap: (duplex: Duplex, ready: (stream: Duplex) => void) => void,
  service: Service,
  onError?: OnError,
): Service {
  return (peer) => {
    const { duplex, handler } = asDuplex(peer);
    wrap(duplex, (stream) => {
      serveStream(stream, service, { address: peer.address, ...(onError ? { onError } : {}) });
    });
    return handler;
  };
}

function server(duplex: Duplex, ready: (stream: Duplex) => void): void {
  const options = { isServer: true, secureContext: context, allowHalfOpen: true };
  const socket = new tls.TLSSocket(duplex, options).on('error', () => {});
  socket.once('secure', () => ready(socket));
}

function client(duplex: Duplex, ready: (stream: Duplex) => void): void {
  const options = { socket: duplex, ca: pem('cert.pem'), servername: 'localhost', allowHalfOpen: true };
  const socket = tls.connect(options).on('error', () => {});
  socket.once('secureConnect', () => ready(socket));
}

connectionConformance('a stream over a plain Duplex', {
  resets: true,
  async connect(left, right, options) {
    const plain = (duplex: Duplex, ready: (stream: Duplex) => void) => ready(duplex);
    memoryPair(over(plain, left, options?.onError), over(plain, right, options?.onError));
  },
  async stop() {},
});

/** The service, and a promise of its beginning. */
function begun(service: Service): [Service, Promise<void>] {
  let begin!: () => void;
  const beginning = new Promise<void>((resolve) => {
    begin = resolve;
  });
  return [
    (peer) => {
      begin();
      return service(peer);
    },
    beginning,
  ];
}

function overTls(): TransportUnderTest {
  const servers: Server[] = [];
  return {
    // node:tls shows a connection that is cut like one that has ended.
    resets: false,
    async connect(left, right, options) {
      const [dialling, dialled] = begun(left);
      const [accepting, accepted] = begun(right);
      const listening = await serve(over(server, accepting, options?.onError), '127.0.0.1:0');
      servers.push(listening);
      await dial(over(client, dialling, options?.onError), listening.address);
      await Promise.all([dialled, accepted]);
    },
    async stop() {
      await Promise.all(servers.splice(0).map((each) => each.close({ graceMs: 0 })));
    },
  };
}

connectionConformance('a stream over TLS', overTls());

const open: Server[] = [];
afterAll(() => Promise.all(open.map((each) => each.close({ graceMs: 0 }))));
async function serving(service: Service): Promise<number> {
  const made = await serve(service, '127.0.0.1:0');
  open.push(made);
  return made.port as number;
}

/** Everything that `stream` gives until its end, once `words` were written and its side was ended. */
async function exchange(stream: Duplex, words: string): Promise<string> {
  stream.end(words);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('a service answers clients of node:tls', async () => {
  const port = await serving(over(server, echo()));
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    ca: pem('cert.pem'),
    servername: 'localhost',
    allowHalfOpen: true,
  } as tls.ConnectionOptions);
  expect(await exchange(socket, 'through TLS')).toBe('through TLS');
});

test('an http.Server answers requests on our transport', async () => {
  const web = http.createServer((request, response) => response.end(`you asked for ${request.url}`));
  const port = await serving((peer) => {
    const { duplex, handler } = asDuplex(peer);
    web.emit('connection', duplex);
    return handler;
  });
  const answer = await fetch(`http://127.0.0.1:${port}/page`);
  expect(await answer.text()).toBe('you asked for /page');
  web.close();
});

test('a service answers clients of a ws server', async () => {
  const web = http.createServer();
  const sockets = new WebSocketServer({ server: web });
  sockets.on('connection', (socket) => serveStream(createWebSocketStream(socket), echo()));
  const port = await serving((peer) => {
    const { duplex, handler } = asDuplex(peer);
    web.emit('connection', duplex);
    return handler;
  });
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const answer = await new Promise<string>((resolve, reject) => {
    socket.on('open', () => socket.send('through a WebSocket'));
    socket.on('message', (data: Buffer) => resolve(data.toString()));
    socket.on('error', reject);
  });
  expect(answer).toBe('through a WebSocket');
  socket.close();
});

test('a service answers clients of an ssh2 server', async () => {
  const daemon = new ssh2.Server({ hostKeys: [pem('ssh_host_key')] }, (connection) => {
    connection.on('authentication', (request) => request.accept());
    connection.on('session', (accept) =>
      accept().on('shell', (acceptShell) => void serveStream(acceptShell(), echo())),
    );
  });
  const port = await serving((peer) => {
    const { duplex, handler } = asDuplex(peer);
    daemon.injectSocket(duplex as net.Socket);
    return handler;
  });
  const connection = new ssh2.Client();
  const answer = await new Promise<string>((resolve, reject) => {
    connection.on('error', reject).on('ready', () => {
      connection.shell(false, (error, channel) => {
        if (error) return reject(error);
        exchange(channel, 'through SSH').then(resolve, reject);
      });
    });
    connection.connect({ host: '127.0.0.1', port, username: 'ada' });
  });
  connection.end();
  expect(answer).toBe('through SSH');
});
