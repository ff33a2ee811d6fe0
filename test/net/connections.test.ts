import { join } from 'node:path';
import type { Service } from '../../src/core/index.js';
import { dial, memoryPair, type Server, serve } from '../../src/net/index.js';
import { connectionConformance, type TransportUnderTest } from '../conformance/connection.js';
import { temporaryFolder } from '../support/folder.js';

/** Connections by way of the system: a server, and a client that dials it, for each pair. */
function sockets(listenOn: () => string, resets = true): TransportUnderTest {
  const servers: Server[] = [];
  return {
    resets,
    async connect(left, right, options) {
      let begun!: () => void;
      const beginning = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const started: Service = (peer) => {
        begun();
        return right(peer);
      };
      const server = await serve(started, listenOn(), options);
      servers.push(server);
      await dial(left, server.address, options);
      await beginning;
    },
    async stop() {
      await Promise.all(servers.splice(0).map((server) => server.close()));
    },
  };
}

const folder = temporaryFolder();
let sequence = 0;

connectionConformance(
  'TCP over IPv4',
  sockets(() => '127.0.0.1:0'),
);
connectionConformance(
  'TCP over IPv6',
  sockets(() => '[::1]:0'),
);
connectionConformance(
  'a Unix socket',
  sockets(() => `unix:${join(folder, String(sequence++))}`, false),
);
connectionConformance('a pair in memory', {
  resets: true,
  async connect(left, right, options) {
    memoryPair(left, right, options);
  },
  async stop() {},
});
