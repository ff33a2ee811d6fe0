// @ts-check
// A service of messages: each line is answered in capitals. `node examples/shout.mjs 9000`
import { formatAddress, framed, lines, serve } from 'wireline';

const shout = framed(lines(), (peer) => ({
  data(line) {
    peer.write(Buffer.from(Buffer.from(line).toString().toUpperCase()));
  },
}));

const server = await serve(shout, process.argv[2] ?? '9000');
console.log(`shout on ${formatAddress(server.address)}`);
