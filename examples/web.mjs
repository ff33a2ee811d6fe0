// @ts-check
// HTTP and a plain echo on one port that this program has opened itself; a refusal is spoken in HTTP.
import http from 'node:http';
import net from 'node:net';
import { detect, echo, formatAddress, serve } from 'wireline';
import { asDuplex } from 'wireline/net';

const page = http.createServer((request, response) => response.end(`you asked for ${request.url}\n`));
const web = {
  name: 'http',
  matches: (/** @type {Uint8Array} */ first) => /^[A-Z]+ \//.test(Buffer.from(first).toString('latin1')) || undefined,
  service: (/** @type {import('wireline').Connection} */ peer) => {
    const { duplex, handler } = asDuplex(peer);
    page.emit('connection', duplex);
    return handler;
  },
};

const listener = net.createServer();
await new Promise((resolve) =>
  listener.listen(Number(process.argv[2]?.split(':').at(-1) ?? 9080), '127.0.0.1', () => resolve(0)),
);
const server = await serve(detect([web], echo()), listener, {
  maxConnections: 100,
  refuse: (peer) => {
    peer.write('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    peer.close('too-many');
    return { data() {} };
  },
});
console.log(`a page and an echo on ${formatAddress(server.address)}`);
