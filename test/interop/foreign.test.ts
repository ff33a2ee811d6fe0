import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cli, run, until, server as wireline } from '../support/cli.js';
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
    const { port, stdout: says } = await server(kind);
    const alice = run(['announce', '127.0.0.1', port, '--as', 'X', '--name', 'Alice', ...how]);
    await until(() => says().includes('accepted'), 'Alice is there');
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

describe.skipIf(without)('ask, to servers of others', () => {
  const asking = async (kind: string, input: string, ...how: string[]) => {
    const { port } = await server(kind);
    return run(['ask', '127.0.0.1', port, ...how], input);
  };

  test('one that leaves closing to the client is given a second to close', async () => {
    const { status, stdout, stderr, ms } = await asking('echo_stays', 'hi\n');
    expect([status, stdout.toString(), stderr]).toEqual([0, 'hi\n', '']);
    expect(ms).toBeLessThan(5_000);
  });

  test('one that is silent is not waited for longer than --timeout', async () => {
    const { status, stdout, stderr } = await asking('silent_stays', 'hi\n', '--timeout', '300ms');
    expect([status, stdout.toString()]).toEqual([4, '']);
    expect(stderr).toMatch(/^wireline: 127\.0\.0\.1:\d+ has neither sent nor taken anything for 0\.3 s\n$/);
  });

  test('one that compares whole messages is sent no newline with --eol none, and CR LF with --eol crlf', async () => {
    const compared = (end: string) => ['compares', 'ping\n', '--eol', end] as const;
    expect((await asking(...compared('none'))).stdout.toString()).toBe("got 'ping'\n");
    expect((await asking(...compared('crlf'))).stdout.toString()).toBe("got 'ping\\r\\n'\n");
    expect((await asking(...compared('lf'))).stdout.toString()).toBe("got 'ping\\n'\n");
  });

  test('the greeting of one is no reply with --skip-greeting', async () => {
    expect((await asking('greets', 'one\ntwo\n', '--skip-greeting')).stdout.toString()).toBe('one!\ntwo!\n');
  });

  test('the prompt is printed also where messages are piped, with --prompt', async () => {
    const prompt = "Enter a message to send to the server (or 'exit' to quit): ";
    const { stdout } = await asking('echo_stays', 'hi\nexit\n', '--prompt');
    expect(stdout.toString()).toBe(`${prompt}hi\n${prompt}`);
  });
});

describe.skipIf(without)('get, ls and put, to servers of others', () => {
  test('one that answers without a newline and stays is found out at its first byte', async () => {
    for (const words of [
      ['ls', '127.0.0.1'],
      ['get', '127.0.0.1', 'x', '-o', '-'],
    ]) {
      const { port } = await server('no_such_file_stays');
      const [command, host, ...rest] = words as [string, string];
      const { status, stderr, ms } = await run([command, host, port, ...rest]);
      expect([status, stderr]).toEqual([1, 'wireline: the server does not answer as a files service does\n']);
      expect(ms).toBeLessThan(5_000);
    }
  });

  test('one that is silent is not waited for longer than --timeout', async () => {
    const { port } = await server('silent_stays');
    const { status, stderr } = await run(['ls', '127.0.0.1', port, '--timeout', '300ms']);
    expect([status, stderr]).toEqual([4, expect.stringContaining('has neither sent nor taken anything for 0.3 s')]);
  });
});

describe.skipIf(without)('send and connect, to servers that do not close', () => {
  test.each([['send'], ['connect']])(
    '%s --wait ends with status 4, and says that everything was sent',
    async (command) => {
      const started = await server('sink_stays');
      const { status, stderr, ms } = await run(
        [command, '127.0.0.1', started.port, '--wait', '300ms'],
        'x'.repeat(100_000),
      );
      expect([status, stderr]).toEqual([
        4,
        expect.stringMatching(
          /^wireline: everything was sent to 127\.0\.0\.1:\d+, and no receipt came within 0\.3 s\n$/,
        ),
      ]);
      expect(ms).toBeGreaterThan(300);
      await until(() => started.stdout().endsWith('\n100000\n'), 'the server has it all');
    },
  );

  test.each([['send'], ['connect']])('%s --no-receipt does not wait', async (command) => {
    const started = await server('sink_stays');
    const content = 'x'.repeat(3_000_000);
    const { status, stderr } = await run([command, '127.0.0.1', started.port, '--no-receipt'], content);
    expect([status, stderr]).toEqual([0, '']);
    await until(() => started.stdout().endsWith('\n3000000\n'), 'the server has it all');
  });

  test('connect --no-half-close loses no reply of a server that takes the end of input for a hang-up', async () => {
    const lossy = await server('hangs_up_at_eof');
    expect((await run(['connect', '127.0.0.1', lossy.port], 'hi\n')).stdout.toString()).toBe('');
    const patient = await server('hangs_up_at_eof');
    const { status, stdout } = await run(['connect', '127.0.0.1', patient.port, '--no-half-close'], 'hi\n');
    expect([status, stdout.toString()]).toEqual([0, 'HI\n']);
  });
});

describe.skipIf(without)('relay, between programs of different line endings', () => {
  test('one that reads lines is sent lines by one that sends none, and the notice too', async () => {
    const relay = await wireline('relay');
    const reader = peer('python3', ['test/interop/programs/servers.py', 'relay_client_reads_lines', relay.port]);
    const other = net.connect(Number(relay.port), '127.0.0.1');
    onTestFinished(() => void other.destroy());
    other.write('first');
    await until(() => reader.stdout().includes("'first\\n'"), 'the first line');
    other.write('second');
    await until(() => reader.stdout().includes("'second\\n'"), 'the second line');
    other.end();
    await reader.done;
    expect(reader.stdout().split('\n').slice(1, -1)).toEqual([
      "'first\\n'",
      "'second\\n'",
      "'* the other has left\\n'",
    ]);
  });
});

describe('talk, with programs of text 4', () => {
  test('a /q that was typed is sent, in the line ending of the other; the end of input sends none', async () => {
    for (const [input, heard] of [
      ['hi\n/q\n', 'hi\r\n/q\r\n'],
      ['hi\n', 'hi\r\n'],
    ]) {
      const listening = new Cli(['talk', '--listen', '127.0.0.1:0']);
      const [, port] = await listening.says(/listening on \S*:(\d+)/);
      const other = net.connect(Number(port), '127.0.0.1');
      let all = '';
      other.on('data', (chunk) => (all += chunk));
      other.write('hello\r\n');
      await listening.prints(/hello/);
      listening.child.stdin?.end(input);
      await once(other, 'end');
      expect(all).toBe(heard);
      other.end();
      const { status, stderr, stdout } = await listening.done;
      expect([status, stdout.toString()]).toEqual([0, 'hello\n']);
      expect(stderr).toMatch(/\n\* 127\.0\.0\.1:\d+ has come\n\* 127\.0\.0\.1:\d+ has left\n$/);
    }
  });

  test('lines that found no turn are counted', async () => {
    const listening = new Cli(['talk', '--turns', '--listen', '127.0.0.1:0']);
    const [, port] = await listening.says(/listening on \S*:(\d+)/);
    listening.child.stdin?.write('one\ntwo\nthree\n');
    const other = net.connect(Number(port), '127.0.0.1');
    other.write('hello\n');
    await once(other, 'data');
    other.end();
    expect((await listening.done).stderr).toContain('2 lines were not sent, as the other has left\n');
  });
});
