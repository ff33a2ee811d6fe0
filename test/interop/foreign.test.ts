import { describe, expect, test } from 'vitest';
import { run, until } from '../support/cli.js';
import { missing, peer } from '../support/peers.js';

/** Starts a server of one of the kinds of `programs/servers.py`. */
async function server(kind: string, ...args: string[]) {
  const started = peer('python3', ['test/interop/programs/servers.py', kind, ...args]);
  await until(() => started.stdout().includes('\n'), `${kind} listens`);
  return Object.assign(started, { port: started.stdout().split('\n')[0] as string });
}

const without = missing('python3');

describe.skipIf(without)('announce, to servers that were written to the letter of text 3', () => {
  const received = 'received before Client Y: Bob';
  test.each([
    ['order_concatenates', `Client X: Alice ${received}`],
    ['order_strips', 'X: Alice received before Y: Bob'],
    ['order_compares', 'X: Alice received before Y: Bob'],
    ['order_greets', 'Client %connectedX: Alice received before Y: Bob'],
    ['order_reads_lines', `Client X: Alice ${received}`, '--eol', 'lf'],
  ])('%s', async (kind, reply, ...how) => {
    const { port } = await server(kind);
    const alice = run(['announce', '127.0.0.1', port, '--as', 'X', '--name', 'Alice', ...how]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const bob = run(['announce', '127.0.0.1', port, '--as', 'Y', '--name', 'Bob', ...how]);
    const runs = [
      ['Client X: Alice', 'X ', await alice],
      ['Client Y: Bob', 'Y ', await bob],
    ] as const;
    for (const [said, label, { status, stdout, stderr }] of runs) {
      expect([status, stdout.toString(), stderr]).toEqual([0, `${said}\n${reply.replace('%', label)}\n`, '']);
    }
  });
});
