// @ts-check
// A service of messages: each line is answered in capitals. `node examples/capitals.mjs 9000`
import { formatAddress, framed, lines, serve } from 'wireline';

const capitals = framed(lines(), (peer) => ({
  data(line) {
    peer.write(Buffer.from(line).toString().toUpperCase());
  },
}));

const server = await serve(capitals, process.argv[2] ?? '9000');
console.log(`capitals on ${formatAddress(server.address)}`);
