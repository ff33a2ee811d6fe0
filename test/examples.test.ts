import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { Program, plainClient } from './support/program.js';

const files = readdirSync('examples');
const path = (name: string) => `examples/${name}`;

/** Starts an example that listens, and gives its port. */
async function listening(name: string): Promise<{ program: Program; port: number }> {
  const program = new Program([path(name), '127.0.0.1:0']);
  onTestFinished(async () => void (await program.stop()));
  const [, port] = await program.says(/ on 127\.0\.0\.1:(\d+)\n/);
  return { program, port: Number(port) };
}

test('every example is under 40 lines, checked, and run below', () => {
  const source = readFileSync('test/examples.test.ts', 'utf8');
  for (const name of files) {
    const text = readFileSync(path(name), 'utf8');
    expect(text.split('\n').length, name).toBeLessThanOrEqual(40);
    expect(text, name).toMatch(/^\/\/ @ts-check\n/);
    expect(source, name).toContain(`'${name}'`);
  }
});

test('an echo in one line', async () => {
  const { port } = await listening('echo.mjs');
  expect(await plainClient(port, 'the same again')).toBe('the same again');
});

test('a framed service in five lines, and a client with for await', async () => {
  const { port } = await listening('capitals.mjs');
  expect(await plainClient(port, 'quiet\nstraße\n')).toBe('QUIET\nSTRASSE\n');

  const client = new Program([path('client.mjs'), `127.0.0.1:${port}`]);
  expect(await client.finish()).toBe(0);
  expect(client.stdout).toBe('ONE\nTWO\nTHREE\nover: ended\n');
});

test('a sink to a list', async () => {
  const { program, port } = await listening('collect.mjs');
  expect(await plainClient(port, 'seven 7')).toBe('');
  await program.says(/message 1 of 127\.0\.0\.1:\d+: 7 characters/);
});

test('a service tested over a pair in memory', async () => {
  const program = new Program([path('pair.mjs')]);
  expect(await program.finish()).toBe(0);
  expect(program.stdout).toBe('ok: 0 4 9\n');
});

test('a chat of one’s own, and a bot in it', async () => {
  const { port } = await listening('rooms.mjs');
  const bot = new Program([path('bot.mjs'), `127.0.0.1:${port}`]);
  await bot.says(/in lobby, from 1 on\n/);
  const socket = net.connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write('/nick ann\n!time\n');
  let heard = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    heard += chunk;
    if (heard.includes('[clock]')) break;
  }
  expect(heard).toMatch(/\[clock\] ann: it is \d{4}-\d\d-\d\dT/);
  expect(await bot.stop()).toBe(0);
});

test('a transform in a module', async () => {
  const program = new Program(['dist/cli.cjs', 'serve', 'transform', '--with', path('shout.mjs'), '127.0.0.1:0']);
  onTestFinished(async () => void (await program.stop()));
  const [, port] = await program.says(/listening on 127\.0\.0\.1:(\d+)\n/);
  expect(await plainClient(Number(port), 'hey\n')).toBe('HEY!\n');
});

test('a service behind TLS', async () => {
  const folder = 'test/support/tls';
  const program = new Program([path('tls.mjs'), '127.0.0.1:0', `${folder}/cert.pem`, `${folder}/key.pem`]);
  onTestFinished(async () => void (await program.stop()));
  const [, port] = await program.says(/ on 127\.0\.0\.1:(\d+)\n/);
  const socket = tls.connect({
    port: Number(port),
    host: '127.0.0.1',
    ca: readFileSync(`${folder}/cert.pem`),
    servername: 'localhost',
  });
  socket.write('quiet\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('QUIET\n');
  socket.destroy();
});

test('HTTP and an echo on a listener that was passed in', async () => {
  const { port } = await listening('web.mjs');
  expect(await (await fetch(`http://127.0.0.1:${port}/page`)).text()).toBe('you asked for /page\n');
  expect(await plainClient(port, 'plain words')).toBe('plain words');
});

test('a chat with a directory of one’s own', async () => {
  const { port } = await listening('names.mjs');
  const heard = await plainClient(port, '/nick eve\n/nick ada\n/quit\n');
  expect(heard).toContain('* eve is not on the list\n');
  expect(heard).toContain('is now ada\n');
});

test('a view of its own on the model of a chat', async () => {
  const { port } = await listening('rooms.mjs');
  const view = new Program([path('unread.mjs'), `127.0.0.1:${port}`, 'lobby']);
  onTestFinished(async () => void (await view.stop()));
  await view.says(/in lobby\n/);
  await plainClient(port, 'one\ntwo\n/quit\n');
  await view.says(/lobby: 2\n/);
});
