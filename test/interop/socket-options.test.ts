import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeFolder } from '../support/folder.js';
import { missing, peer } from '../support/peers.js';

/** Runs `wireline` under strace, and resolves with the options that it sets on sockets. */
function traced(...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'wireline-'));
  onTestFinished(() => removeFolder(folder));
  const file = join(folder, 'trace');
  const strace = ['-f', '-qq', '-e', 'trace=setsockopt', '-o', file, process.execPath, 'dist/cli.cjs', ...args];
  const { child, done } = peer('strace', strace);
  return { child, done: done.then(() => readFileSync(file, 'utf8')) };
}

const options = [
  'SOL_TCP, TCP_NODELAY, [1], 4) = 0',
  'SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0',
  'SOL_TCP, TCP_KEEPIDLE, [60], 4) = 0',
];

test.skipIf(missing('strace'))(
  'the command sets TCP_NODELAY and a keep-alive of 60 s, as server and as client',
  async () => {
    const server = traced('serve', 'echo', '127.0.0.1:0');
    const port = await new Promise<string>((resolve) => {
      let said = '';
      server.child.stderr.on('data', (chunk) => {
        said += chunk;
        const listening = /listening on \S*:(\d+)/.exec(said);
        if (listening) resolve(listening[1] as string);
      });
    });
    const client = traced('ask', '-m', 'hi', '127.0.0.1', port);
    const ofClient = await client.done;
    // The traced process, as strace passes on no signal.
    process.kill(
      Number(readFileSync(`/proc/${server.child.pid}/task/${server.child.pid}/children`, 'utf8').trim()),
      'SIGTERM',
    );
    const ofServer = await server.done;
    for (const option of options) {
      expect(ofClient).toContain(option);
      expect(ofServer).toContain(option);
    }
  },
);
