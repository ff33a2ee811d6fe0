// @ts-check
// Tests a service without a socket: a pair in memory joins it to a client. `node examples/pair.mjs`
import assert from 'node:assert/strict';
import { framed, netstring } from 'wireline';
import { memoryPair } from 'wireline/testing';

/** @type {import('wireline').Service} The service under test: says how long each message is. */
const measuring = framed(netstring(), (peer) => ({
  data: (message) => void peer.write(String(message.length)),
}));

const replies = await new Promise((resolve) => {
  /** @type {string[]} */
  const heard = [];
  const client = framed(netstring(), (peer) => {
    for (const text of ['', 'four', 'two\nlines']) peer.write(text);
    peer.end();
    return {
      data: (message) => void heard.push(Buffer.from(message).toString()),
      close: () => resolve(heard),
    };
  });
  memoryPair(measuring, client);
});

assert.deepEqual(replies, ['0', '4', '9']);
console.log(`ok: ${replies.join(' ')}`);
