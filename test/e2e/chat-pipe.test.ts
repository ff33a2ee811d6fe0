import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Cli, run, server, serverOn, until } from '../support/cli.js';
import { temporaryFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { plainClient } from '../support/program.js';

const folder = temporaryFolder();

function bot(port: string, name: string, ...options: string[]): Cli {
  return new Cli(['chat', '--name', name, ...options, '127.0.0.1', port]);
}

function say(cli: Cli, ...lines: string[]): void {
  for (const line of lines) cli.child.stdin?.write(`${line}\n`);
}

test('two bots talk; a line is a message, and a bot does not hear itself', async () => {
  const { port } = await server('chat', '-q');
  const ada = bot(port, 'ada', '--room', 'dev');
  const bob = bot(port, 'bob', '--room', 'dev');
  say(ada, 'hello bob', '', '/who is no command here');
  await bob.prints(/\[ada\] hello bob\n\[ada\] \/who is no command here\n/);
  say(bob, 'hello ada 👋');
  await ada.prints(/^\[bob\] hello ada 👋\n$/);
  ada.child.stdin?.end('last words');
  expect((await ada.done).status).toBe(0);
  await bob.prints(/\[ada\] last words\n/);
  const { status, stderr } = await bob.stop('SIGINT');
  expect({ status, stderr }).toEqual({ status: 130, stderr: '' });
});

test('each line of a message has its sender before it, and with several rooms the room', async () => {
  const { port } = await server('chat', '-q');
  await run(
    ['chat', '--json', '--name', 'ada', '127.0.0.1', port],
    '{"type":"say","room":"lobby","body":"one\\ntwo"}\n',
  );
  const one = await run(['chat', '127.0.0.1', port]);
  expect(one.stdout.toString()).toBe('[ada] one\n[ada] two\n');
  const both = await run(['chat', '--room', 'dev', '--room', 'Lobby', '127.0.0.1', port]);
  expect(both.stdout.toString()).toBe('lobby [ada] one\nlobby [ada] two\n');
  const none = await run(['chat', '--replay', '0', '127.0.0.1', port]);
  expect(none.stdout.toString()).toBe('');
});

test('--json gives every message of the server, and takes messages for it', async () => {
  const { port } = await server('chat', '-q');
  const asked = [
    { type: 'who', room: 'lobby' },
    { type: 'say', room: 'lobby', body: 'said', id: 'mine' },
    { type: 'ping', id: 'p' },
  ];
  const { stdout, status } = await run(
    ['chat', '--json', '--name', 'ada', '127.0.0.1', port],
    `${asked.map((message) => JSON.stringify(message)).join('\n')}\nplain text\n{"type":"history","room":"lobby"}`,
  );
  expect(status).toBe(0);
  const messages = stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (type: string) => messages.filter((message) => message.type === type);
  expect(of('welcome')).toMatchObject([{ name: 'ada' }]);
  expect(of('who')).toMatchObject([{ room: 'lobby', names: ['ada'] }]);
  expect(of('pong')).toEqual([{ type: 'pong', id: 'p' }]);
  expect(of('entry')).toMatchObject([{ body: 'said' }, { body: 'plain text' }]);
  expect(of('ack')).toMatchObject([{ id: 'mine', number: 1 }, { number: 2 }]);
  expect(of('history')).toHaveLength(1);
  expect(messages.at(-1)).toMatchObject({ type: 'bye', reason: 'ended' });
});

test('what a program says in a room that it is not in is refused, and not waited for', async () => {
  const { port } = await server('chat', '-q');
  const said = '{"type":"say","room":"elsewhere","body":"x","id":"1"}\n';
  const { stdout, status } = await run(['chat', '--json', '127.0.0.1', port], said);
  expect(stdout.toString()).toContain('"code":"not-in-room"');
  expect(status).toBe(1);
});

test.each([
  ['an id that is too long', { body: 'x', id: 'i'.repeat(200) }],
  ['an id that is a number', { body: 'x', id: 5 }],
  ['a body that is a number', { body: 5 }],
])('what a program says with %s is refused, and not waited for', async (_what, said) => {
  const { port } = await server('chat', '-q');
  const line = `${JSON.stringify({ type: 'say', room: 'lobby', ...said })}\n`;
  const { stdout, stderr, status } = await run(['chat', '--json', '127.0.0.1', port], line);
  expect(stdout.toString()).toMatch(/"code":"(too-long|bad-message)"/);
  expect(stderr).toMatch(/^wireline: one of the lines was refused$/m);
  expect(status).toBe(1);
});

test('a server that is killed and started again: nothing is lost, and nothing comes twice', async () => {
  const store = `sqlite:${join(folder, 'chat.db')}`;
  const first = await serverOn(await freePort(), 'chat', '--store', store, '--rate', '0', '--replay', '1000', '-q');
  const ada = bot(first.port, 'ada');
  const bob = bot(first.port, 'bob');
  const lines = Array.from({ length: 300 }, (_, at) => `line ${at}`);
  say(ada, ...lines.slice(0, 100));
  await bob.prints(/line 99\n/);
  say(ada, ...lines.slice(100, 200));
  await bob.prints(/line 120\n/);
  await first.stop('SIGKILL');
  say(ada, ...lines.slice(200));
  ada.child.stdin?.end();
  await serverOn(first.port, 'chat', '--store', store, '--rate', '0', '-q');
  expect((await ada.done).status).toBe(0);
  await bob.prints(/line 299\n/);
  expect(bob.stdout.toString()).toBe(lines.map((line) => `[ada] ${line}\n`).join(''));
  expect(bob.stderr).toMatch(/^wireline: lost the server: .*; connecting again\n/);
});

test('more lines than the server takes at once are all said', async () => {
  const { port } = await server('chat', '-q', '--burst', '10', '--rate', '100');
  const lines = Array.from({ length: 150 }, (_, at) => `${at}`).join('\n');
  expect(await run(['chat', '--name', 'ada', '127.0.0.1', port], lines)).toMatchObject({ status: 0, stderr: '' });
  const { stdout } = await run(['chat', '--name', 'bob', '--replay', '1000', '127.0.0.1', port]);
  expect(stdout.toString().split('\n')).toHaveLength(51);
});

test('what the server refuses is one line, and its status', async () => {
  const { port } = await server('chat', '-q', '--max-message', '1KiB');
  const ada = bot(port, 'ada');
  say(ada, 'here');
  const listener = bot(port, 'bob');
  await listener.prints(/here/);
  expect(await run(['chat', '--name', 'ada', '127.0.0.1', port])).toMatchObject({
    status: 1,
    stderr: 'wireline: the name ada is in use\n',
  });
  const room = await run(['chat', '--room', '-x', '127.0.0.1', port]);
  expect(room.stderr).toMatch(/^wireline: cannot join -x: .*\n$/);
  expect(room.status).toBe(1);
  // The server does not repeat the whole of a name that is that long.
  const longRoom = await run(['chat', '--room', 'x'.repeat(200), '127.0.0.1', port]);
  expect(longRoom.stderr).toContain(`wireline: cannot join ${'x'.repeat(200)}: a room's name has at most 64`);
  expect(longRoom.status).toBe(1);
  expect(await run(['chat', '--room', '##Dev', '127.0.0.1', port], 'said\n')).toMatchObject({ status: 0, stderr: '' });
  const long = await run(['chat', '127.0.0.1', port], `${'x'.repeat(2000)}\nshort\n`);
  expect(long.stderr).toBe(
    'wireline: not said: a message has at most 1024 bytes\nwireline: one of the lines was refused\n',
  );
  expect(long.status).toBe(1);
  await listener.prints(/short\n/);
});

test('without a server the status is 3; when nobody reads stdout, it ends and frees its name', async () => {
  const { port } = await server('chat', '-q');
  const reader = bot(port, 'ada');
  reader.child.stdout?.destroy();
  await until(() => reader.child.stdout?.destroyed === true, 'stdout is gone');
  say(reader, 'anyone?');
  const other = bot(port, 'bob');
  await other.prints(/anyone/);
  say(other, 'yes');
  expect(await reader.done).toMatchObject({
    status: 1,
    stderr: 'wireline: cannot write to stdout: the other end is gone (EPIPE)\n',
  });
  expect((await run(['chat', '--name', 'ada', '127.0.0.1', port])).status).toBe(0);
  await other.stop();
  expect((await run(['chat', '127.0.0.1', '1'])).status).toBe(3);
});

test('what a server says cannot move the cursor', async () => {
  const saying = (...messages: object[]) => {
    const server = net.createServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', () => {
          for (const message of messages) socket.write(`${JSON.stringify(message)}\n`);
        });
    });
    onTestFinished(() => void server.close());
    return new Promise<string>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(String((server.address() as net.AddressInfo).port)));
    });
  };
  const refusal = { type: 'error', code: 'bad-name', message: 'no\x1b[2J' };
  const refused = await run(['chat', '127.0.0.1', await saying(refusal)]);
  expect(refused).toMatchObject({ status: 1, stderr: 'wireline: no^[[2J\n' });
  const welcome = { type: 'welcome', version: 1, name: 'ada', secret: 's'.repeat(16), maxMessage: 100 };
  const full = { type: 'error', code: 'limit', message: 'full\x1b[2J', room: 'lobby' };
  const outside = await run(['chat', '127.0.0.1', await saying(welcome, full)]);
  expect(outside).toMatchObject({ status: 1, stderr: 'wireline: cannot join lobby: full^[[2J\n' });
});

test('a server that stops says so, and who waits for it can be stopped', async () => {
  const chat = await server('chat', '-q');
  const ada = bot(chat.port, 'ada');
  say(ada, 'here');
  const bob = bot(chat.port, 'bob');
  await bob.prints(/here/);
  await chat.stop();
  await ada.says(/^wireline: lost the server: the server said bye: shutdown; connecting again\n/);
  expect((await ada.stop('SIGTERM')).status).toBe(143);
});

test('what the server has no more when a bot comes back is said', async () => {
  const first = await serverOn(await freePort(), 'chat', '-q');
  const ada = bot(first.port, 'ada');
  say(ada, 'here');
  const bob = bot(first.port, 'bob');
  await bob.prints(/here/);
  await first.stop('SIGKILL');
  await serverOn(first.port, 'chat', '-q');
  await bob.says(/^wireline: the server has begun a new journal: what was said meanwhile is not known$/m);
  await ada.stop();
  await bob.stop();
});

test('who is stopped before all that it read is acknowledged says how much is not', async () => {
  let heard = '';
  const deaf = net.createServer((socket) => {
    const welcome = { type: 'welcome', version: 1, name: 'ada', secret: 's'.repeat(16), maxMessage: 100 };
    const joined = { type: 'joined', room: 'lobby', epoch: 'e', first: 1, last: 0, after: 0, members: 1 };
    socket.once('data', () => socket.write(`${JSON.stringify(welcome)}\n${JSON.stringify(joined)}\n`));
    socket
      .on('error', () => {})
      .on('data', (data) => {
        heard += data;
      });
  });
  onTestFinished(() => void deaf.close());
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  const ada = bot(String((deaf.address() as net.AddressInfo).port), 'ada');
  say(ada, 'one', 'two');
  await until(() => heard.includes('"two"'), 'both are said');
  expect(await ada.stop('SIGINT')).toMatchObject({
    status: 130,
    stderr: 'wireline: 2 messages were not sent:\n  one\n  two\n',
  });
});

test('lines that end in CRLF are lines', async () => {
  const { port } = await server('chat', '-q');
  expect((await run(['chat', '--name', 'ada', '127.0.0.1', port], 'one\r\n\r\ntwo\r\n')).status).toBe(0);
  expect((await run(['chat', '127.0.0.1', port])).stdout.toString()).toBe('[ada] one\n[ada] two\n');
});

test('the answer to a question for history is not lost where the client ends right after it', async () => {
  const { port } = await server('chat', '-q');
  await run(['chat', '--name', 'ada', '127.0.0.1', port], 'kept\n');
  const replies = await plainClient(Number(port), '/history 5\n/quit\n');
  expect(replies.split('[ada] kept\n')).toHaveLength(3);
});

test('--json says one message of an id, and tells that another of the same id was not said', async () => {
  const { port } = await server('chat', '-q');
  const says = ['one', 'two', 'one'].map((body) => JSON.stringify({ type: 'say', room: 'lobby', body, id: 'd' }));
  const { stdout, stderr, status } = await run(['chat', '--json', '127.0.0.1', port], says.join('\n'));
  expect(stdout.toString().match(/"body":"[a-z]+"/g)).toEqual(['"body":"one"']);
  expect(stderr).toMatch(/^wireline: not said: another message of the id d is not yet acknowledged$/m);
  expect(stderr).toMatch(/^wireline: one of the lines was refused$/m);
  expect(status).toBe(1);
});

test('--listen-only prints what is said, and does not end with stdin', async () => {
  const chat = await server('chat', '-q');
  const log = new Cli(['chat', '-q', '--listen-only', 'localhost', chat.port]);
  log.child.stdin?.end('not said\n');
  const ann = new Cli(['chat', '-q', '--name', 'ann', 'localhost', chat.port]);
  ann.child.stdin?.end('hello\n');
  expect((await ann.done).status).toBe(0);
  await log.prints(/\[ann\] hello\n/);
  expect(log.stdout.toString()).not.toContain('not said');
  expect((await log.stop('SIGTERM')).status).toBe(143);
});
