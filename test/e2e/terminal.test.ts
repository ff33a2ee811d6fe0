import { once } from 'node:events';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { server, until } from '../support/cli.js';
import { ifTerminals, noTerminals, Shell, Terminal } from '../support/terminal.js';

test.skipIf(noTerminals)(`- reads the terminal in lines, and ends by Control-C${ifTerminals}`, async () => {
  const sink = await server('sink');
  const terminal = new Terminal(`send localhost ${sink.port} -`);
  await sink.says(/connected/);
  terminal.enter('typed');
  await terminal.shows(/typed/);
  terminal.press('C-c');
  expect(await terminal.over()).toEqual({ status: 130, restored: true });
});

test.skipIf(noTerminals)(`a paste of 100,000 characters arrives whole${ifTerminals}`, async () => {
  const echo = await server('echo', '-q');
  const terminal = new Terminal(`ask localhost ${echo.port} > "$OUT"`);
  await terminal.shows(/\(or 'exit' to quit\):/);
  const long = '0123456789'.repeat(10_000);
  terminal.paste(long);
  terminal.press('Enter');
  await until(() => terminal.printed.length > long.length, 'the reply is there');
  expect(terminal.printed === `${long}\n`).toBe(true);
  terminal.enter('ahead');
  await until(() => terminal.printed.endsWith('ahead\n'), 'the next reply is there');
  terminal.enter('exit');
  expect(await terminal.over()).toEqual({ status: 0, restored: true });
});

test.skipIf(noTerminals)(`what is left at a prompt stands in a line of its own${ifTerminals}`, async () => {
  const echo = await server('echo', '-q');
  const left = new Terminal(`ask localhost ${echo.port}`);
  await left.shows(/to quit\):$/);
  left.press('C-d');
  expect(await left.over()).toEqual({ status: 0, restored: true });
  expect(left.screen).toMatch(/to quit\):\nit is over$/);
  const lost = new Terminal(`ask localhost ${echo.port}`);
  await lost.shows(/to quit\):$/);
  lost.type('half');
  await lost.shows(/half$/);
  await echo.stop();
  expect(await lost.over()).toEqual({ status: 1, restored: true });
  expect(lost.screen).toMatch(/to quit\): half\nwireline: lost /);
});

test.skipIf(noTerminals)(
  `Control-Z stops the job, and after fg it types and ends as before${ifTerminals}`,
  async () => {
    const echo = await server('echo', '-q');
    for (const [command, prompt] of [
      [`ask localhost ${echo.port}`, /to quit\):$/],
      [`connect localhost ${echo.port}`, undefined],
    ] as const) {
      const terminal = new Shell();
      terminal.enter(`'${process.execPath}' dist/cli.cjs ${command}`);
      if (prompt) await terminal.shows(prompt);
      else await until(() => terminal.isRaw(), 'it reads keys');
      terminal.type('abc');
      await terminal.shows(/abc$/);
      terminal.press('C-z');
      await terminal.shows(/Stopped|suspended/i);
      await until(() => !terminal.isRaw(), 'the shell has the terminal');
      terminal.enter('fg');
      await until(() => terminal.isRaw(), 'it reads keys again');
      terminal.enter('def');
      await terminal.shows(/\nabcdef/);
      terminal.press('C-c');
      // What is typed before that may still be read by the command.
      await terminal.shows(/^\$$(?![\s\S])/m);
      terminal.enter('echo status $?');
      await terminal.shows(/status 130/);
    }
  },
);

test.skipIf(noTerminals)(`a dumb terminal edits its lines itself${ifTerminals}`, async () => {
  const echo = await server('echo', '-q');
  const terminal = new Terminal(`ask localhost ${echo.port} > "$OUT"`, 'TERM=dumb ');
  await terminal.shows(/\(or 'exit' to quit\):/);
  terminal.type('helo');
  terminal.press('BSpace');
  terminal.enter('lo');
  await until(() => terminal.printed === 'hello\n', 'the reply is there');
  terminal.press('C-d');
  expect(await terminal.over()).toEqual({ status: 0, restored: true });
});

test.skipIf(noTerminals)(`what arrives does not break the line that is typed to connect${ifTerminals}`, async () => {
  const listener = net.createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void listener.close());
  await once(listener, 'listening');
  const terminal = new Terminal(`connect 127.0.0.1 ${(listener.address() as net.AddressInfo).port}`);
  const [socket] = (await once(listener, 'connection')) as [net.Socket];
  onTestFinished(() => void socket.destroy());
  terminal.type('the pane');
  await terminal.shows(/the pane$/);
  socket.write('server says hello\n');
  await terminal.shows(/^server says hello\nthe pane$/m);
  terminal.press('Enter');
  const [line] = await once(socket, 'data');
  expect(String(line)).toBe('the pane\n');
  socket.end();
  expect(await terminal.over()).toEqual({ status: 0, restored: true });
});
