import { once } from 'node:events';
import { existsSync } from 'node:fs';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../support/cli.js';
import { Program } from '../support/program.js';

/** Starts the demonstration, and gives its port and the folder of its log. */
async function demonstration(): Promise<{ demo: Program; port: string; folder: string }> {
  const demo = new Program(['dist/dev/demo.js']);
  onTestFinished(async () => void (await demo.stop('SIGKILL')));
  const [, folder = ''] = await demo.says(/its log is in (\S+)\.\n/);
  const [, port = ''] = await demo.says(/nc localhost (\d+)/);
  return { demo, port, folder };
}

test('the demonstration is a chat to join, from nc and with the command, and leaves nothing behind', async () => {
  const { demo, port, folder } = await demonstration();
  expect(existsSync(`${folder}/chat.db`)).toBe(true);
  const nc = net.connect(Number(port), '127.0.0.1');
  onTestFinished(() => void nc.destroy());
  let heard = '';
  nc.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  nc.write('/nick ann\nhello from nc \x1b[2J\n');
  await demo.says(/\[ann\] hello from nc \^\[\[2J\n/);
  const { status } = await run(['chat', '--name', 'bob', 'localhost', port], 'hello from a pipe\n');
  expect(status).toBe(0);
  await demo.says(/\[bob\] hello from a pipe\n/);
  const closed = once(nc, 'close');
  expect(await demo.stop('SIGINT')).toBe(0);
  await closed;
  expect(heard).toContain('[wireline] Welcome, guest-1.');
  expect(heard).toContain('[bob] hello from a pipe\n');
  expect(heard).toContain('* the server is stopping: come again in a moment\n');
  expect(existsSync(folder)).toBe(false);
  expect(demo.stderr).toBe('');
});

test('Control-C under npm, which passes on what the terminal has sent already, ends the demonstration once', async () => {
  const { demo, port, folder } = await demonstration();
  const nc = net.connect(Number(port), '127.0.0.1');
  onTestFinished(() => void nc.destroy());
  nc.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('the server is stopping')) void demo.stop('SIGINT');
  });
  nc.write('hello\n');
  await demo.says(/hello/);
  expect(await demo.stop('SIGINT')).toBe(0);
  expect(existsSync(folder)).toBe(false);
});

test('two demonstrations at once take different ports', async () => {
  const [first, second] = await Promise.all([demonstration(), demonstration()]);
  expect(first.port).not.toBe(second.port);
  expect(await Promise.all([first.demo.stop('SIGINT'), second.demo.stop('SIGTERM')])).toEqual([0, 0]);
});
