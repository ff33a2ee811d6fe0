import { createHash } from 'node:crypto';
import net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cli, run, until, server as wireline } from '../support/cli.js';
import { compiled } from '../support/compiled.js';
import { peer, titled } from '../support/peers.js';

const { path: programs, unable } = compiled('test/interop/programs/programs.c');

/** Starts a server of one of the kinds of `programs.c`. */
async function server(kind: string) {
  const started = peer(programs, [kind]);
  await until(() => started.stdout().includes('\n'), `${kind} listens`);
  return Object.assign(started, { port: started.stdout().split('\n')[0] as string });
}

/** Runs a client of one of the kinds with `input`, and returns all that it prints. */
async function client(kind: string, port: string, args: readonly string[] = [], input: string | Uint8Array = '') {
  const started = peer(programs, [kind, port, ...args], input);
  expect(await started.done).toBe(0);
  return started.stdout();
}

if (unable !== undefined) test.skipIf(true)(titled('C programs of others', unable), () => {});

describe.skipIf(unable)('C clients, to our servers', () => {
  test('the client of every tutorial, which sends its whole buffer: each reply is that to its line', async () => {
    const { port } = await wireline('transform', '--with', 'reverse');
    expect(await client('padded_client', port, [], 'one\ntwo\nthree\nfour\n')).toBe(
      ['eno', 'owt', 'eerht', 'ruof'].map((word) => `From server: ${word}\n`).join(''),
    );
  });

  test('text 3, without a newline and with NULs: one read has the whole reply, and the names have no NULs', async () => {
    const { port } = await wireline('order');
    const said = await Promise.all([
      client('order_client', port, ['X', 'Alice']),
      client('order_client', port, ['Y', 'Bob']),
    ]);
    expect(said[1]).toBe(said[0]);
    expect([
      'From server: X: Alice received before Y: Bob\n\n',
      'From server: Y: Bob received before X: Alice\n\n',
    ]).toContain(said[0]);
  });

  test('text 2: the bytes of several clients, each whole', async () => {
    const sink = await wireline('sink', '--verbose');
    const messages = ['a', 'b', 'c'].map((letter) => letter.repeat(300_000));
    await Promise.all(messages.map((message) => client('sink_client', sink.port, [], message)));
    await until(() => sink.stdout.length === 900_000, 'all of it is written');
    expect(
      sink.stdout
        .toString()
        .match(/(.)\1*/g)
        ?.sort(),
    ).toEqual(messages);
  });

  test('a header of two bytes: messages of any bytes, with --framing length:2', async () => {
    const { port } = await wireline('transform', '--with', 'upper', '--framing', 'length:2');
    expect(await client('short_header_client', port, [], 'one\n\ntwo words\n')).toBe('ONE\n\nTWO WORDS\n');
  });

  test('text 4, in turns and with NULs: talk prints its lines and no others, and is heard', async () => {
    const talk = new Cli(['talk', '--listen', '127.0.0.1:0']);
    const [, port] = await talk.says(/listening on \S*:(\d+)/);
    const other = peer(programs, ['turns_client', String(port)]);
    other.child.stdin.write('hello\n');
    await talk.prints(/hello\n/);
    talk.child.stdin?.write('hi there\n');
    await until(() => other.stdout().includes('hi there'), 'the answer');
    other.child.stdin.end('bye\n/q\n');
    await talk.prints(/bye\n/);
    talk.child.stdin?.end('/q\n');
    const { status, stdout } = await talk.done;
    expect([status, stdout.toString()]).toEqual([0, 'hello\nbye\n']);
    expect(other.stdout()).toBe('other: hi there\nother: /q\n');
  });
});

describe.skipIf(unable)('C servers, to our clients', () => {
  test('a process per client: messages one by one, and streams both ways at once', async () => {
    const { port } = await server('forking_echo');
    const asked = await run(['ask', '127.0.0.1', port, '--pipeline', '8'], 'one\ntwo\nthree\n');
    expect([asked.status, asked.stdout.toString()]).toEqual([0, 'one\ntwo\nthree\n']);
    const content = Buffer.alloc(5_000_000, 'both ways');
    const { status, stdout } = await run(['connect', '127.0.0.1', port], content);
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect([status, digest(stdout)]).toEqual([0, digest(content)]);
  });

  test('one read for each client, and no close: ask has its answer and ends', async () => {
    const { port } = await server('one_read_stays');
    const { status, stdout, ms } = await run(['ask', '127.0.0.1', port, '-m', 'hello', '--eol', 'none']);
    expect([status, stdout.toString()]).toEqual([0, 'got 5 bytes: hello\n']);
    expect(ms).toBeLessThan(5_000);
  });

  test.each([
    ['long_header_server', 'length:4', 'eno\nowt\n'],
    ['decimal_header_server', 'length:10ascii', 'one!\ntwo!\n'],
  ])('%s is asked with --framing %s', async (kind, framing, replies) => {
    const { port } = await server(kind);
    const { status, stdout } = await run(['ask', '127.0.0.1', port, '--framing', framing], 'one\ntwo\n');
    expect([status, stdout.toString()]).toEqual([0, replies]);
  });

  test('a relay of what others say: talk speaks through it with a plain client', async () => {
    const relay = await server('poll_relay');
    const talk = new Cli(['talk', '127.0.0.1', relay.port]);
    await until(() => relay.stdout().includes('accepted'), 'talk is there');
    const other = net.connect(Number(relay.port), '127.0.0.1');
    onTestFinished(() => void other.destroy());
    let heard = '';
    other.on('data', (bytes) => (heard += bytes));
    await until(() => relay.stdout().split('accepted').length === 3, 'both are there');
    other.write('hello\n');
    await talk.prints(/hello\n/);
    talk.child.stdin?.write('hi\n');
    await until(() => heard === 'hi\n', 'the answer');
    talk.child.stdin?.end('/q\n');
    expect((await talk.done).status).toBe(0);
    await until(() => heard === 'hi\n/q\n', 'the end');
  });
});
