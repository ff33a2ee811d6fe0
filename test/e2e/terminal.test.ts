import { expect, test } from 'vitest';
import { server, until } from '../support/cli.js';
import { ifTerminals, noTerminals, Terminal } from '../support/terminal.js';

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
