// @ts-check
// Capitals behind TLS: `node examples/tls.mjs 9443 cert.pem key.pem`, then `openssl s_client -quiet -connect localhost:9443`
import { readFileSync } from 'node:fs';
import { createSecureContext, TLSSocket } from 'node:tls';
import { formatAddress, framed, lines, serve } from 'wireline';
import { asDuplex, serveStream } from 'wireline/net';

const [address = '9443', cert = 'cert.pem', key = 'key.pem'] = process.argv.slice(2);
const secureContext = createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) });

const capitals = framed(lines(), (peer) => ({
  data: (line) => peer.write(Buffer.from(line).toString().toUpperCase()),
}));

const server = await serve((peer) => {
  const { duplex, handler } = asDuplex(peer);
  const secured = new TLSSocket(duplex, { isServer: true, secureContext });
  secured.on('error', () => {});
  secured.once('secure', () => serveStream(secured, capitals, { address: peer.address, secure: true }));
  return handler;
}, address);
console.log(`capitals behind TLS on ${formatAddress(server.address)}`);
