import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { server, until } from '../support/cli.js';
import { missing, peer } from '../support/peers.js';

const python = (port: string, code: string) => [
  '-c',
  `import socket\ns=socket.create_connection(('127.0.0.1',${port}))\n${code}`,
];

/** Foreign clients that send their input, half-close, and print what comes. */
const clients: [string, (port: string) => string[]][] = [
  ['nc', (port) => ['-N', '127.0.0.1', port]],
  ['ncat', (port) => ['127.0.0.1', port]],
  ['socat', (port) => ['-t10', '-', `TCP:127.0.0.1:${port}`]],
  [
    'python3',
    (port) =>
      python(
        port,
        `import sys,threading
def pump():
  while True:
    d=sys.stdin.buffer.read1(65536)
    if not d: break
    s.sendall(d)
  s.shutdown(socket.SHUT_WR)
threading.Thread(target=pump).start()
while True:
  d=s.recv(65536)
  if not d: break
  sys.stdout.buffer.write(d)
sys.stdout.flush()`,
      ),
  ],
];

describe.each(clients)('%s as a client', (program, args) => {
  const unable = missing(program);

  test.skipIf(unable)(`of the sink${unable ? ` (skipped: ${unable})` : ''}`, async () => {
    const sink = await server('sink', '-q');
    const content = randomBytes(1_000_000);
    const { done } = peer(program, args(sink.port), content);
    expect(await done).toBe(0);
    await until(() => sink.stdout.length === content.length, 'all is on stdout');
    expect(sink.stdout.equals(content)).toBe(true);
  });

  test.skipIf(unable)('of the echo', async () => {
    const echo = await server('echo', '-q');
    const content = randomBytes(1_000_000);
    const client = peer(program, args(echo.port), content);
    await client.done;
    expect(client.stdout() === content.toString('latin1')).toBe(true);
  });

  test.skipIf(unable)('of transform, with and without a last newline', async () => {
    const transform = await server('transform', '-q', '--with', 'reverse');
    const client = peer(program, args(transform.port), 'abc\ndef');
    await client.done;
    expect(client.stdout()).toBe('cba\nfed');
  });

  test.skipIf(unable)('of order, half-closed while it waits', async () => {
    const order = await server('order');
    const first = peer(program, args(order.port), 'Client Y: Bob');
    await order.says(/connected/);
    const second = peer(program, args(order.port), 'Client X: Alice\n');
    await Promise.all([first.done, second.done]);
    const line = /^[XY]: (Alice|Bob) received before [XY]: (Alice|Bob)\n$/;
    expect(first.stdout()).toMatch(line);
    expect(second.stdout()).toBe(first.stdout());
    const { stdout, status } = await order.done;
    expect(stdout.toString()).toMatch(/\nSent acknowledgment to both X and Y\n$/);
    expect(status).toBe(0);
  });

  test.skipIf(unable)('of files, by a plain name', async () => {
    const files = await server('files', 'docs', '-q');
    const client = peer(program, args(files.port), 'architecture.md\n');
    await client.done;
    expect(client.stdout()).toMatch(/^# /);
  });
});
