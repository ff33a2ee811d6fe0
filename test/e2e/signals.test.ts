import { execFile } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Cli, server, until } from '../support/cli.js';
import { missing } from '../support/peers.js';
import { noTerminals, Terminal } from '../support/terminal.js';

/** More than the pipes and sockets between a sender and the reader of a sink's output hold. */
const message = Buffer.alloc(900_000, 'x');

/** A sink whose output nobody reads, and a client that has sent it a whole message and waits for the receipt. */
async function blockedSink(...options: string[]) {
  const sink = await server('sink', ...options);
  sink.child.stdout?.pause();
  const client = net.connect({ port: Number(sink.port), host: '127.0.0.1' });
  const ending = new Promise<string | undefined>((resolve) => {
    client.on('end', () => resolve('receipt'));
    client.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  const sent = once(client, 'finish');
  client.resume().end(message);
  await sent;
  // The message is whole when the sink begins to write it.
  await until(() => Number(sink.child.stdout?.readableLength) > 0, 'the output has begun');
  return { sink, ending };
}

test('a hang-up ends no server that has no terminal: what nohup keeps alive goes on', async () => {
  const { sink, ending } = await blockedSink();
  sink.child.kill('SIGHUP');
  await sink.says(/SIGHUP: there is nothing to reload/);
  sink.child.stdout?.resume();
  expect(await ending).toBe('receipt');
  const { status, stdout } = await sink.stop();
  expect([status, stdout.length]).toEqual([0, message.length]);
});

test('a hang-up ends no client that has no terminal', async () => {
  const sink = await server('sink');
  const client = new Cli(['send', '127.0.0.1', sink.port]);
  client.child.stdin?.write('before ');
  await sink.says(/connected/);
  client.child.kill('SIGHUP');
  client.child.stdin?.end('and after');
  expect((await client.done).status).toBe(0);
  expect((await sink.stop()).stdout.toString()).toBe('before and after');
});

describe('a sink that has not written all gives no receipt', () => {
  test('when SIGQUIT ends it', async () => {
    const { sink, ending } = await blockedSink();
    sink.child.kill('SIGQUIT');
    expect(await ending).toBe('ECONNRESET');
  });

  test.skipIf(noTerminals)('when the terminal of its log hangs up', async () => {
    const terminal = new Terminal('serve sink 127.0.0.1:0 | (exec sleep 300)');
    const [, port] = await terminal.shows(/listening on \S*:(\d+)/);
    const client = new Cli(['send', '-q', '127.0.0.1', port as string]);
    client.child.stdin?.end(message);
    await terminal.shows(/connected/);
    terminal.signal('SIGHUP');
    expect((await client.done).status).toBe(1);
  });
});

test('a second signal ends a server at once, and its clients are reset', async () => {
  const { sink, ending } = await blockedSink('--grace', '60s');
  sink.child.kill('SIGTERM');
  // A signal that follows sooner counts as the same one.
  await wait(250);
  sink.child.kill('SIGTERM');
  expect((await sink.done).status).toBe(143);
  expect(await ending).toBe('ECONNRESET');
});

test('SIGQUIT ends a client as the other signals do, with a status of its own', async () => {
  const sink = await server('sink');
  const client = new Cli(['send', '127.0.0.1', sink.port]);
  client.child.stdin?.write('unfinished');
  await sink.says(/connected/);
  expect((await client.stop('SIGQUIT')).status).toBe(131);
  await sink.says(/closed \(reset/);
});

describe.skipIf(missing('python3'))('a terminal that is gone', () => {
  const run = promisify(execFile);
  const hungUp = async (how: 'signal' | 'silence', word: string, ...args: string[]) => {
    const command = ['test/support/hung-up.py', how, word, process.execPath, 'dist/cli.cjs', ...args];
    return (await run('python3', command)).stdout.trim();
  };

  test('ends a server in order', async () => {
    expect(await hungUp('signal', 'listening', 'serve', 'echo', '127.0.0.1:0')).toBe('0');
  });

  test.each(['signal', 'silence'] as const)(
    'ends a client with the status of a hang-up and no abort of the process, with %s from the system',
    async (how) => {
      const echo = await server('echo');
      expect(await hungUp(how, 'Enter a message', 'ask', '127.0.0.1', echo.port)).toBe('129');
    },
  );
});

test('NO_COLOR wins over FORCE_COLOR, and Node says nothing of it', async () => {
  const cli = new Cli(['--version'], { env: { NO_COLOR: '1', FORCE_COLOR: '1' } });
  expect(await cli.done).toMatchObject({ status: 0, stderr: '' });
});
