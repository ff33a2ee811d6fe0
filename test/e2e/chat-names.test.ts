import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Cli, run, server, serverOn, until } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';

/** The command for a user of its own, who has a folder for what is remembered. */
function user() {
  const state = folder();
  const env = { XDG_STATE_HOME: state };
  return {
    state: join(state, 'wireline', 'chat'),
    chat: (...args: string[]) => new Cli(['chat', ...args], { env }),
    async say(text: string, ...args: string[]) {
      const cli = new Cli(['chat', ...args], { env });
      cli.child.stdin?.end(text);
      return cli.done;
    },
  };
}

test('a bot that was killed comes back under its name at once, and its server says who is who', async () => {
  const { port, ...cli } = await server('chat');
  const [ann, other] = [user(), user()];
  const at = ['--name', 'bot', '127.0.0.1', port];
  const bot = ann.chat(...at);
  bot.child.stdin?.write('here\n');
  const listener = other.chat('--name', 'listener', '--listen-only', '127.0.0.1', port);
  await listener.prints(/\[bot\] here/);
  await bot.stop('SIGKILL');
  expect(await ann.say('again', ...at)).toMatchObject({ status: 0, stderr: '' });
  await listener.prints(/\[bot\] again/);
  expect(cli.child.exitCode).toBeNull();
  const names = readdirSync(ann.state).filter((name) => name.startsWith('secret-'));
  expect(names).toHaveLength(1);
  expect(statSync(join(ann.state, names[0] as string)).mode & 0o777).toBe(0o600);
  expect(statSync(ann.state).mode & 0o777).toBe(0o700);
});

test('a server logs the names of its clients', async () => {
  const chat = await server('chat');
  await run(['chat', '--name', 'ada', '127.0.0.1', chat.port], 'hello\n');
  await chat.says(/^\[.{8}\] 127\.0\.0\.1:\d+ is ada$/m);
});

test('a pipe waits for a name that is held for somebody else, and says for how long', async () => {
  const { port } = await server('chat', '-q', '--hold', '1s');
  const bot = user().chat('--name', 'bot', '127.0.0.1', port);
  bot.child.stdin?.write('here\n');
  const listener = user().chat('--listen-only', '127.0.0.1', port);
  await listener.prints(/\[bot\] here/);
  await bot.stop('SIGKILL');
  const { status, stderr } = await user().say('mine now', '--name', 'bot', '127.0.0.1', port);
  expect(stderr).toMatch(/^wireline: the name bot is held for 1 s, for the return of its owner: waiting\n$/);
  expect(status).toBe(0);
  await listener.prints(/\[bot\] mine now/);
});

test('a name that is in use by a client that answers stays with it, also against the same user', async () => {
  const { port } = await server('chat', '-q');
  const ann = user();
  const first = ann.chat('--name', 'ann', '--listen-only', '127.0.0.1', port);
  await until(() => existsSync(join(ann.state, 'last-server')), 'it is connected');
  const second = await ann.say('hello', '--name', 'ann', '127.0.0.1', port);
  expect(second).toMatchObject({ status: 1, stderr: 'wireline: the name ann is in use\n' });
  expect(first.child.exitCode).toBeNull();
});

test('without an address, it is the last server', async () => {
  const port = await freePort();
  const serving = await serverOn(`127.0.0.1:${port}`, 'chat', '-q');
  const ann = user();
  expect((await ann.say('one', '--name', 'ann', 'localhost', String(port))).status).toBe(0);
  expect(await ann.say('two', '--name', 'bob')).toMatchObject({ status: 0, stdout: Buffer.from('[ann] one\n') });
  await serving.stop();
  const { status, stderr } = await ann.say('three', '--name', 'bob');
  expect({ status, stderr }).toEqual({
    status: 3,
    stderr: expect.stringMatching(
      /^wireline: cannot connect to localhost:\d+: .*; wireline chat HOST PORT names another server\n$/,
    ),
  });
});

test('a client whose name was given away while its server was down goes on under another, and loses nothing', async () => {
  const store = join(folder(), 'chat.db');
  const first = await serverOn(`127.0.0.1:${await freePort()}`, 'chat', '-q', '--store', `sqlite:${store}`);
  const mia = user().chat('--name', 'mia', '127.0.0.1', first.port);
  mia.child.stdin?.write('one\n');
  await until(() => mia.child.exitCode !== null || existsSync(store), 'there is a log');
  const listener = user().chat('--listen-only', '--name', 'ear', '127.0.0.1', first.port);
  await listener.prints(/\[mia\] one/);
  await first.stop('SIGKILL');
  await mia.says(/lost the server/);
  // It is not there when its name is given to somebody else.
  mia.child.kill('SIGSTOP');
  await serverOn(`127.0.0.1:${first.port}`, 'chat', '-q', '--store', `sqlite:${store}`);
  const other = user();
  const thief = other.chat('--name', 'mia', '--replay', '0', '--listen-only', '127.0.0.1', first.port);
  await until(() => existsSync(join(other.state, 'last-server')), 'the name is given to another');
  mia.child.kill('SIGCONT');
  await mia.says(/the name mia is in use: you are mia_ now/);
  mia.child.stdin?.end('two\n');
  await thief.prints(/\[mia_\] two/);
  expect((await mia.done).status).toBe(0);
});

test.each([
  ['{"type":"msg","to":"bob","body":"secret"', 'not said: a line that begins with { must be one JSON object'],
  ['{"type":"msg","to":"nobody","body":"x"}', ''],
  ['{"type":"nick","name":"a b"}', ''],
  ['{"type":"join","room":"no!"}', ''],
])('--json says nothing of %s aloud, and its status is 1', async (line, words) => {
  const { port } = await server('chat', '-q');
  const { status, stderr, stdout } = await run(['chat', '--json', '--name', 'ann', '127.0.0.1', port], `${line}\n`);
  expect({ status, first: stderr.split('\n')[0] }).toEqual({
    status: 1,
    first: `wireline: ${words || 'one of the lines was refused'}`,
  });
  expect(stdout.toString()).not.toMatch(/"type":"entry"/);
});

test('a name that is empty is wrong usage', async () => {
  const { status, stderr } = await run(['chat', '--name', '', 'localhost:1']);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/A name is not empty\./) });
});

test('a log is backed up while it is written to, and clients of the copy know that it is another', async () => {
  const there = folder();
  const [store, copy] = [join(there, 'chat.db'), join(there, 'copy.db')];
  const first = await server('chat', '-q', '--rate', '0', '--store', `sqlite:${store}`);
  const bot = new Cli(['chat', '--json', '--name', 'bot', '127.0.0.1', first.port]);
  const acknowledged = () => Number(/.*"ack".*"number":(\d+)/s.exec(bot.stdout.toString())?.[1] ?? 0);
  const writing = setInterval(() => bot.child.stdin?.write(`${'line\n'.repeat(20)}`), 5);
  await until(() => acknowledged() > 200, 'something is stored');
  const before = acknowledged();
  const backup = await run(['store', 'backup', store, copy]);
  expect(backup).toMatchObject({ status: 0, stderr: '' });
  clearInterval(writing);
  expect(await run(['store', 'backup', store, copy])).toMatchObject({
    status: 1,
    stderr: `wireline: ${copy} exists already\n`,
  });
  expect(await run(['store', 'backup', join(there, 'none'), copy])).toMatchObject({ status: 1 });
  const joined = JSON.parse(/^.*"type":"joined".*$/m.exec(bot.stdout.toString())?.[0] ?? '');
  await bot.stop('SIGKILL');
  const second = await server('chat', '-q', '--store', `sqlite:${copy}`);
  const back = JSON.stringify({ type: 'join', room: 'second', epoch: joined.epoch, after: 1 });
  const { stdout } = await run(
    ['chat', '--json', '--name', 'eve', '--replay', '1000', '127.0.0.1', second.port],
    `${back}\n`,
  );
  const messages = stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const [lobby] = messages.filter(({ type }) => type === 'joined');
  expect(lobby.last).toBeGreaterThanOrEqual(before);
  expect(lobby.epoch).not.toBe(joined.epoch);
  const numbers = messages.filter(({ type }) => type === 'entry').map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, at) => numbers[0] + at));
  expect(readdirSync(there).sort()).toEqual(['chat.db', 'chat.db-wal', 'copy.db', 'copy.db-wal']);
});
