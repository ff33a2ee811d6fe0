import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cli, run, server, until } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { client } from '../support/heard.js';

const services: [string, ...string[]][] = [
  ['echo'],
  ['sink'],
  ['transform', '--with', 'upper'],
  ['files', 'docs'],
  ['order'],
  ['relay'],
  ['chat'],
];

describe.each(services)('serve %s', (service, ...words) => {
  test('has the limits of every server: a place, a silence, and an end', async () => {
    const limits = ['--max-connections', '1', '--max-per-address', '2', '--idle', '250ms', '--backlog', '5'];
    const ends = ['--stall', '5s', '--grace', '1s', '-v'];
    const serving = await server(service, ...words, ...limits, ...ends);
    const first = client(serving.port);
    await serving.says(/ connected$/m);
    const second = client(serving.port);
    await until(() => second.text === 'error: too many connections, try again later\n', 'it is told why');
    await until(() => first.over !== undefined, 'the silent client is closed');
    await serving.says(/ closed \(idle/);
    client(serving.port).socket.end();
    await serving.says(/ has ended its side, 0 bytes in$/m);
    expect((await serving.stop()).status).toBe(0);
  });
});

test.each([['transform', '--with', 'upper'], ['order'], ['relay']])(
  'serve %s refuses a message over --max-message with a word',
  async (service, ...words) => {
    const serving = await server(service, ...words, '--max-message', '64', '-q');
    const other = client(serving.port, 'x\n');
    const sender = client(serving.port, `${'x'.repeat(1000)}\n`);
    await until(() => /error: .*(64 bytes|too long|longer)/.test(sender.text), 'it is told why');
    other.socket.destroy();
  },
);

test.each([['transform', '--with', 'upper'], ['order', '--expect', '5'], ['relay'], ['chat']])(
  'serve %s closes the one that holds most where --memory is full',
  async (service, ...words) => {
    const serving = await server(
      service,
      ...words,
      '--memory',
      '256KiB',
      '--max-message',
      '200KiB',
      '--max-per-address',
      '0',
    );
    const clients = Array.from({ length: 4 }, () => client(serving.port));
    if (service === 'chat') for (const each of clients) each.socket.write('/nick x\n');
    // A message without an end is held until it has one.
    for (const each of clients) each.socket.write('y'.repeat(150_000));
    await serving.says(/ closed \(slow/);
  },
);

test.each([
  ['transform', '--with', 'upper'],
  ['order', '--expect', '1'],
])('serve %s ends a message without a newline after --pause', async (service, ...words) => {
  const serving = await server(service, ...words, '--pause', '20ms', '-q');
  const sender = client(serving.port, 'hello');
  await until(() => sender.text.length > 0, 'it is answered');
});

test('serve relay ends a message without a newline after --pause', async () => {
  const serving = await server('relay', '--pause', '20ms', '-q');
  const [one, two] = [client(serving.port), client(serving.port)];
  await until(() => one.socket.readyState === 'open' && two.socket.readyState === 'open', 'both are there');
  one.socket.write('hello');
  await until(() => two.text.includes('hello'), 'it is passed on');
});

describe('serve chat', () => {
  const say = (port: string, name: string, text: string, ...options: string[]) =>
    run(['chat', '--name', name, ...options, '127.0.0.1', port], text);

  test('has plain clients in the --lobby first, and keeps what --retain-bytes says', async () => {
    const serving = await server('chat', '--lobby', 'hall', '--retain-bytes', '100', '--rate', '0', '-q');
    const plain = client(serving.port);
    await until(() => /you are in hall/.test(plain.text), 'it is in the lobby');
    await say(serving.port, 'ann', `${'x'.repeat(60)}\n${'y'.repeat(60)}\n`, '--room', 'hall');
    const { stdout } = await say(serving.port, 'bob', '', '--room', 'hall');
    expect(stdout.toString()).toBe(`[ann] ${'y'.repeat(60)}\n`);
  });

  test('keeps entries as long as --retain-for says', async () => {
    const { port } = await server('chat', '--retain-for', '300ms', '-q');
    await say(port, 'ann', 'soon gone');
    const heard = async () => (await say(port, 'bob', '')).stdout.toString();
    const deadline = performance.now() + 20_000;
    while ((await heard()) !== '' && performance.now() < deadline);
    expect(await heard()).toBe('');
  });

  test('has as many rooms and members as --max-rooms and --max-members say', async () => {
    const serving = await server('chat', '--max-rooms', '2', '--max-members', '2', '-q');
    const [one, two] = [client(serving.port), client(serving.port)];
    await until(() => /you are in lobby/.test(one.text) && /you are in lobby/.test(two.text), 'two are in');
    const third = await say(serving.port, 'eve', 'x', '--room', 'lobby');
    expect(third).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^wireline: cannot join lobby: lobby is full\n/m),
    });
    one.socket.write('/join dev\n');
    await until(() => /you are in dev/.test(one.text), 'there is a second room');
    two.socket.write('/join ops\n');
    await until(() => /there are too many rooms/.test(two.text), 'there is no third');
  });
});

describe('clients', () => {
  test.each([
    ['send', 'sink', []],
    ['ask', 'echo', ['-m', 'x']],
    ['connect', 'echo', []],
    ['announce', 'order', ['--name', 'Ann']],
    ['ls', 'files', []],
    ['get', 'files', ['README.md', '-']],
    ['put', 'files', ['-', '--name', 'x']],
    ['chat', 'chat', []],
  ] as const)('%s says with -v what its connection does, within --connect-timeout', async (command, service, words) => {
    const more = { files: [folder(), '--writable'], order: ['--expect', '1'], sink: [], echo: [], chat: [] }[service];
    if (service === 'files') writeFileSync(join(more[0] as string, 'README.md'), 'text');
    const { port } = await server(service, ...more, '-q');
    const { status, stderr } = await run(
      [command, '-v', '--connect-timeout', '20s', '127.0.0.1', port, ...words],
      'x\n',
    );
    expect(stderr).toMatch(new RegExp(`^trying 127\\.0\\.0\\.1:${port}\nconnected to 127\\.0\\.0\\.1:${port}\n`));
    expect(stderr).toMatch(/^127\.0\.0\.1:\d+ closed \(\w+.*\), \d+ bytes in, \d+ bytes out$/m);
    expect(status).toBe(0);
  });

  test('talk says with -v what its connection does, and takes --eol, --pause and --max-message', async () => {
    const other = net.createServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', (bytes) => {
          heard += bytes;
          socket.write(`${'x'.repeat(100)}\n`);
        });
    });
    let heard = '';
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as net.AddressInfo;
    const limits = ['--eol', 'crlf', '--pause', '20ms', '--max-message', '10'];
    const talk = new Cli(['talk', '-v', ...limits, '127.0.0.1', String(port)]);
    talk.child.stdin?.write('hello\n');
    const { status, stderr } = await talk.done;
    expect(heard).toBe('hello\r\n');
    expect(stderr).toMatch(/^connected to /m);
    expect(stderr).toMatch(/10 bytes/);
    expect(status).toBe(1);
  });

  test('connect sends a pipe as it is, whatever --eol says of typed lines', async () => {
    const { port } = await server('echo', '-q');
    expect((await run(['connect', '--eol', 'crlf', '127.0.0.1', port], 'a\n')).stdout.toString()).toBe('a\n');
  });

  test('ask: --prompt, --skip-greeting, --pause and --max-message', async () => {
    const greeting = net.createServer((socket) => {
      socket.on('error', () => {}).write('welcome\n');
      socket.on('data', (bytes) => socket.write(`you said ${bytes}`));
    });
    await new Promise<void>((resolve) => greeting.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void greeting.close());
    const at = ['127.0.0.1', String((greeting.address() as net.AddressInfo).port)];
    const asked = await run(['ask', '--skip-greeting', '--prompt', '--pause', '20ms', ...at], 'one\ntwo\n');
    const prompt = "Enter a message to send to the server (or 'exit' to quit): ";
    expect(asked.stdout.toString()).toBe(`${prompt}you said one\n${prompt}you said two\n${prompt}`);
    const long = await run(['ask', '--skip-greeting', '--max-message', '12', '-m', 'hello', ...at]);
    expect(long).toMatchObject({ status: 1, stderr: expect.stringMatching(/12 bytes/) });
  });

  test.each([
    ['get', 'x', '-'],
    ['put', '-', '--name', 'x'],
  ])('%s gives up a silent server after --timeout, with status 4', async (command, ...words) => {
    const silent = net.createServer((socket) => socket.on('error', () => {}).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as net.AddressInfo;
    const { status } = await run([command, '--timeout', '200ms', '127.0.0.1', String(port), ...words], 'x');
    expect(status).toBe(4);
  });

  test('get and put take --no-sync', async () => {
    const there = folder();
    const { port } = await server('files', there, '--writable', '-q');
    expect((await run(['put', '--no-sync', '-q', '127.0.0.1', port, '-', '--name', 'x'], 'bytes')).status).toBe(0);
    const got = await run(['get', '--no-sync', '-q', '127.0.0.1', port, 'x', '-o', join(there, 'y')]);
    expect(got).toMatchObject({ status: 0, stderr: '' });
  });
});
