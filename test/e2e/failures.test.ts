import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listeningChild } from '../support/child.js';
import { Cli, type Run, run, server, until } from '../support/cli.js';
import { removeFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { peer } from '../support/peers.js';
import { queueFull } from '../support/queue-full.js';

/** Holds a failed run against what the design says of it: one line, a status, and soon. */
function expectFailure({ stderr, status, stdout, ms }: Run, wanted: number, line: RegExp): void {
  expect(stderr).toMatch(line);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/^wireline: /);
  expect(status).toBe(wanted);
  expect(stdout.length).toBe(0);
  expect(ms).toBeLessThan(5000);
}

test.each([
  [['send'], /missing/],
  [['send', 'localhost'], /port is missing/],
  [['send', 'localhost', '99999'], /a port is a number/],
  [['send', 'localhost', '9000', '--nope'], /unknown option '--nope'/],
  [['serve', 'echo', 'nowhere'], /not an address/],
  [['serve', 'echo', '--backlog', 'many', '0'], /whole number/],
  [['serve', 'sink', '--by', 'word', '0'], /Allowed choices/],
  [['serve', 'transform', '0'], /--with/],
  [['serve', 'transform', '--with', './nothing.mjs', '0'], /cannot use \.\/nothing\.mjs/],
  [['serve', 'files', '/nothing/here', '0'], /nothing\/here/],
  [['serve', 'nothing', '0'], /unknown command/],
  [['ask', 'localhost', '9000', '--count', '5..1'], /A range is like/],
  [['ask', 'localhost', '9000', '--connect-timeout', 'soon'], /A time is like/],
  [['announce', 'localhost', '9000', '--name', 'a\nb'], /one line/],
  [['talk', 'localhost', '9000', '--listen', '0'], /either listens or connects/],
  [['put', 'localhost'], /port is missing/],
  [['ask', 'localhost', '9000', 'hello'], /nothing goes after the address: hello/],
  [['announce', '--name', 'a', 'localhost:9000', '9000'], /nothing goes after the address: 9000/],
  [['connect', 'localhost', '9000', 'file'], /nothing goes after the address: file/],
  [['talk', 'localhost', '9000', 'hello'], /nothing goes after the address: hello/],
  [['chat', 'localhost', '9000', 'dev'], /nothing goes after the address: dev/],
  [['frobnicate'], /unknown command/],
])('wrong usage: %j', async (args, line) => {
  expectFailure(await run(args as string[]), 2, line as RegExp);
});

test.each([['send'], ['ask'], ['connect'], ['announce', '--name', 'x'], ['get'], ['ls'], ['talk']])(
  'no server: %s',
  async (...args) => {
    const address = ['127.0.0.1', String(await freePort()), ...(args[0] === 'get' ? ['name'] : [])];
    expectFailure(
      await run([...args, ...address]),
      3,
      /cannot connect to 127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)/,
    );
  },
);

test('unknown host', async () => {
  expectFailure(await run(['send', 'nothing.invalid', '9000']), 3, /cannot connect to nothing\.invalid:9000: /);
});

test('port in use', async () => {
  const echo = await server('echo');
  const failure = await run(['serve', 'sink', echo.port]);
  expectFailure(failure, 3, /cannot listen on \[::\]:\d+: address already in use \(EADDRINUSE\)/);
});

test('a folder that cannot be written into', async () => {
  const failure = await run(['serve', 'sink', '--into', 'package.json', '0']);
  expectFailure(failure, 1, /cannot write into package\.json: exists already \(EEXIST\)/);
});

test('a file that cannot be read', async () => {
  const sink = await server('sink', '-q');
  expectFailure(
    await run(['send', 'localhost', sink.port, 'nothing/here']),
    1,
    /cannot read nothing\/here: no such file/,
  );
  expectFailure(await run(['send', 'localhost', sink.port, 'src']), 1, /cannot read src: is a folder \(EISDIR\)/);
  expect(sink.stdout.length).toBe(0);
});

test.each(['send', 'connect'])('%s takes no cut of a socket that is its stdin for the end', async (command) => {
  const sink = await server('sink', '--once');
  const listener = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  onTestFinished(() => void listener.close());
  await once(listener, 'listening');
  const peer = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1');
  const [stdin] = (await once(listener, 'connection')) as [net.Socket & { _handle: { fd: number } }];
  onTestFinished(() => void stdin.destroy());
  // Less than a read takes: the cut comes together with the last bytes.
  await new Promise((resolve) => peer.write('half of it', resolve));
  peer.resetAndDestroy();
  const cut = new Cli([command, 'localhost', sink.port], { stdin: stdin._handle.fd });
  expectFailure(await cut.done, 1, /cannot read the input: connection reset by the peer/);
  expect((await sink.done).status).toBe(1);
});

test.each([
  ['send', ['localhost', 'PORT', 'PIPE']],
  ['ask', ['localhost', 'PORT', '-f', 'PIPE']],
  ['ask', ['localhost', 'PORT', '-f', '-']],
])('%s %j ends by a signal also where nobody writes to its input', async (command, words) => {
  const pipe = join(mkdtempSync(join(tmpdir(), 'wireline-pipe-')), 'pipe');
  onTestFinished(() => removeFolder(dirname(pipe)));
  execFileSync('mkfifo', [pipe]);
  const sink = await server('sink');
  const args = words.map((word) => word.replace('PORT', sink.port).replace('PIPE', pipe));
  const waiting = new Cli([command, ...args]);
  await sink.says(/connected/);
  expect(await waiting.stop()).toMatchObject({ status: 143, stderr: '' });
});

test.each([['ask'], ['send'], ['announce', '--name', 'Ann']])('a server that dies while %s waits', async (...args) => {
  const dying = await server(args[0] === 'announce' ? 'order' : 'echo');
  const [command, ...options] = args as [string, ...string[]];
  const client = new Cli([command, 'localhost', dying.port, ...options]);
  client.child.stdin?.write('half a question\nand');
  await dying.says(/connected/);
  await dying.stop('SIGKILL');
  const { stderr, status, ms } = await client.done;
  expect(stderr).toMatch(/^wireline: .*\n$/);
  expect(status).toBe(1);
  expect(ms).toBeLessThan(5000);
});

test('an output that is closed, as by head -c 10', async () => {
  const echo = await server('echo', '-q');
  const client = new Cli(['connect', 'localhost', echo.port]);
  client.child.stdin?.write(Buffer.alloc(1_000_000, 'x'));
  await once(client.child.stdout as NodeJS.ReadableStream, 'data');
  client.child.stdout?.destroy();
  client.child.stdin?.write(Buffer.alloc(1_000_000, 'x'));
  const { stderr, status } = await client.done;
  expect(stderr).toMatch(/^wireline: cannot write to stdout: .*EPIPE\)\n$/);
  expect(status).toBe(1);
});

test('--connect-timeout', async () => {
  // A server that is alive but accepts nobody: once its queue is full, the system answers no one.
  const { child, port } = await listeningChild({ host: '127.0.0.1', port: 0, backlog: 1 });
  child.kill('SIGSTOP');
  await queueFull(Number(port));
  const failure = await run(['send', '--connect-timeout', '300ms', '127.0.0.1', String(port)]);
  expectFailure(failure, 4, /cannot connect to 127\.0\.0\.1:\d+: no answer within 300 ms/);
});

test('--idle closes who says nothing, and tells of it in the log', async () => {
  const echo = await server('echo', '--idle', '200ms');
  const idle = net.connect(Number(echo.port), '127.0.0.1');
  onTestFinished(() => void idle.destroy());
  const [error] = await once(idle, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  await echo.says(/closed \(idle\)/);
});

test('--max-connections tells who is over it, and has room again when one leaves', async () => {
  const echo = await server('echo', '--max-connections', '1');
  const first = net.connect(Number(echo.port), '127.0.0.1');
  onTestFinished(() => void first.destroy());
  await echo.says(/connected/);
  const { stderr, status } = await run(['send', 'localhost', echo.port], 'x');
  expect(stderr).toMatch(/too many connections/);
  expect(status).toBe(1);
  first.end();
  await once(first.resume(), 'close');
  expect((await run(['ask', 'localhost', echo.port], 'x\n')).stdout.toString()).toBe('x\n');
});

test.skipIf(process.platform !== 'linux')(
  'a server that has no descriptor left refuses, and drops nobody as if all were well',
  async () => {
    const { child } = peer('sh', ['-c', 'ulimit -n 100 && exec "$0" dist/cli.cjs serve sink -q 0', process.execPath]);
    const [line] = (await once(child.stderr, 'data')) as [Buffer];
    const [, port = ''] = /listening on \S*:(\d+)/.exec(line.toString()) ?? [];
    const flood = Array.from({ length: 200 }, () => net.connect(Number(port), '127.0.0.1').resume());
    onTestFinished(() => flood.forEach((socket) => void socket.destroy()));
    await Promise.race(flood.map((socket) => once(socket, 'error').catch(() => {})));
    const { stderr, status } = await run(['send', '127.0.0.1', port], 'x');
    expect(stderr).toMatch(/too many connections|reset by the peer/);
    expect(status).not.toBe(0);
    for (const socket of flood) socket.destroy();
    await until(() => flood.every((socket) => socket.closed), 'the flood is over');
    expect((await run(['send', '127.0.0.1', port], 'x')).status).toBe(0);
  },
);

test('--version and --help say so on stdout', async () => {
  expect((await run(['--version'])).stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/);
  for (const args of [['--help'], ['serve', '--help'], ['serve', 'echo', '--help'], ['send', '--help']]) {
    const { stdout, status } = await run(args);
    expect(stdout.toString()).toMatch(/^Usage: wireline/);
    expect(status).toBe(0);
  }
});
