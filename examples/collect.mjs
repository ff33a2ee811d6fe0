// @ts-check
// A sink of one's own: each connection is a message, and whole messages go to a list. The sender's close
// comes after `done`, so whoever has sent may count on it. `node examples/collect.mjs 9000`
import { formatAddress, serve } from 'wireline';
import { sink } from 'wireline/services';

/** @type {string[]} */
const received = [];

/** @type {import('wireline/services').Receiver} */
const collector = {
  begin(source) {
    /** @type {Buffer[]} */
    const pieces = [];
    return {
      // The bytes are valid until `add` returns: what is kept is copied.
      add: (bytes) => void pieces.push(Buffer.from(bytes)),
      finish() {
        received.push(Buffer.concat(pieces).toString());
        console.log(`message ${received.length} of ${source.remote}: ${received.at(-1)?.length} characters`);
        source.done();
      },
      // It was cut in mid-message: there is nothing to take back.
      abort() {},
    };
  },
};

const server = await serve(sink(collector), process.argv[2] ?? '9000');
console.log(`collecting on ${formatAddress(server.address)}`);
