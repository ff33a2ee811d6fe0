import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Cli, run, server, until } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { plainClient } from '../support/program.js';
import { ifTerminals, noTerminals, Terminal } from '../support/terminal.js';

test('for people, each event is one line with the time of day', async () => {
  const sink = await server('sink', '--once', '--into', folder());
  expect((await run(['send', '127.0.0.1', sink.port], 'hello')).status).toBe(0);
  const lines = (await sink.done).stderr.trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.replace(/:\d+ /, ':PORT ').replace(/as \S+\//, 'as INTO/'))).toEqual([
    expect.stringMatching(/^\[\d\d:\d\d:\d\d\] \S+:PORT connected$/),
    expect.stringMatching(/^\[\d\d:\d\d:\d\d\] \S+:PORT saved as INTO\/message-000001, 5 bytes$/),
    expect.stringMatching(/^\[\d\d:\d\d:\d\d\] \S+:PORT closed \(ended\), 5 bytes in, 0 bytes out$/),
  ]);
});

test('for programs, each event is one line of JSON with its fields', async () => {
  const sink = await server('sink', '--once', '--log', 'json', '--into', folder());
  expect((await run(['send', '127.0.0.1', sink.port], 'hello')).status).toBe(0);
  const lines = (await sink.done).stderr.trimEnd().split('\n');
  const address = `127.0.0.1:${sink.port}`;
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { message: `Server is listening on ${address}`, address, port: Number(sink.port) },
    { level: 30, time: expect.any(Number), peer: expect.any(Number), message: expect.stringMatching(/connected$/) },
    { path: expect.stringMatching(/message-000001$/), bytes: 5, remote: expect.stringMatching(/:\d+$/) },
    { reason: 'ended', received: 5, sent: 0 },
  ]);
});

test('for programs, what ends a server is a line of JSON too, with its stack at -vv', async () => {
  const echo = await server('echo', '-q');
  const { status, stderr } = await run(['serve', 'echo', '--log', 'json', '-vv', `127.0.0.1:${echo.port}`]);
  expect(status).toBe(3);
  expect(JSON.parse(stderr)).toMatchObject({
    level: 50,
    message: expect.stringMatching(/^wireline: cannot listen on .*EADDRINUSE/),
    stack: expect.stringMatching(/^Error: listen EADDRINUSE.*\n {4}at /),
  });
});

test('-v has a server log the end of input, and -q only what goes wrong', async () => {
  const [talkative, quiet] = [await server('echo', '-v'), await server('echo', '-q')];
  for (const { port } of [talkative, quiet]) expect(await plainClient(Number(port), 'x\n')).toBe('x\n');
  const lines = (await talkative.stop()).stderr;
  expect(lines).toMatch(/^\[.{8}\] 127\.0\.0\.1:\d+ has ended its side, 2 bytes in$/m);
  expect((await quiet.stop()).stderr).toMatch(/^Server is listening on .*\n$/);
});

test('-v has a client say what its connection does, and -q nothing', async () => {
  const echo = await server('echo', '-q');
  const ask = (flag: string) => run(['ask', flag, '-m', 'hello', `localhost:${echo.port}`]);
  const at = (words: string) => words.replaceAll('PORT', String(echo.port));
  expect((await ask('-v')).stderr).toBe(
    at(
      'trying 127.0.0.1:PORT\nconnected to localhost:PORT\nlocalhost:PORT has ended its side, 6 bytes in\n' +
        'localhost:PORT closed (ended), 6 bytes in, 6 bytes out\n',
    ),
  );
  expect((await ask('-q')).stderr).toBe('');
});

/** A named pipe that takes nothing more until it is read. */
function pipe() {
  const path = join(folder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const stderr = openSync(path, 'w');
  onTestFinished(() => [both, stderr].forEach(closeSync));
  const filler = Buffer.alloc(4096, '.');
  const memory = Buffer.alloc(1024 * 1024);
  let text = '';
  return {
    stderr,
    /** All that has come, but for what filled it. */
    read() {
      untilBusy(() => {
        text += memory.toString('latin1', 0, readSync(both, memory));
      });
      return text.replace(/\.{4096}/g, '');
    },
    fill: () => untilBusy(() => writeSync(both, filler)),
  };
}

function untilBusy(step: () => void): void {
  try {
    for (;;) step();
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' });
  }
}

test('a server whose stderr nobody reads serves on, counts what it drops, and obeys SIGTERM', async () => {
  const { stderr, read, fill } = pipe();
  const echo = new Cli(['serve', 'echo', '127.0.0.1:0'], { stderr });
  await until(() => /listening on .*\n/.test(read()), 'it listens');
  const port = Number(/:(\d+)$/m.exec(read())?.[1]);
  fill();
  for (let at = 0; at < 700; at++) expect(await plainClient(port, 'x\n')).toBe('x\n');
  await until(() => /^\[.{8}\] \d+ lines of the log were dropped/m.test(read()), 'it says what it has dropped');
  fill();
  await plainClient(port, 'x\n');
  expect(await echo.stop()).toMatchObject({ status: 0 });
});

test.skipIf(noTerminals)(`Control-S on its terminal does not stop a server${ifTerminals}`, async () => {
  const terminal = new Terminal('serve echo 127.0.0.1:0');
  const [, port] = await terminal.shows(/listening on 127\.0\.0\.1:(\d+)/);
  /** Has the server serve a client, and gives its address as the log has it. */
  const served = async () => {
    const socket = net.connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    const address = `127.0.0.1:${socket.localPort} `;
    socket.end('x\n');
    expect((await socket.toArray()).join('')).toBe('x\n');
    return address;
  };
  terminal.press('C-s');
  // The key takes a while to reach the terminal: the first lines may still appear, and the last does not.
  let last = '';
  for (let at = 0; at < 300; at++) last = await served();
  expect(terminal.screen).not.toContain(last);
  terminal.press('C-q');
  await until(() => terminal.screen.includes(last), 'all lines appear');
  terminal.press('C-s');
  expect(await plainClient(Number(port), 'x\n')).toBe('x\n');
  terminal.signal('SIGTERM');
  await until(() => terminal.pid === undefined, 'it has ended');
  terminal.press('C-q');
  expect(await terminal.over()).toEqual({ status: 0, restored: true });
});
