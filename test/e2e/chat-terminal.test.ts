import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run, server, serverOn, until } from '../support/cli.js';
import { temporaryFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { ifTerminals, noTerminals, Terminal } from '../support/terminal.js';

const folder = temporaryFolder();

/** The chat in a terminal, once it is connected. */
async function person(port: string, options: string): Promise<Terminal> {
  const terminal = new Terminal(`chat ${options} 127.0.0.1 ${port}`);
  await terminal.shows(/in \w+: connected/);
  return terminal;
}

/** How the program left its terminal: its status, the settings, and the screen, the cursor and the wrapping of tmux's. */
async function left(terminal: Terminal) {
  const { status, restored } = await terminal.over();
  return {
    status,
    restored,
    flags: ['alternate_on', 'cursor_flag', 'wrap_flag'].map((name) => terminal.variable(name)),
  };
}

const asBefore = { restored: true, flags: ['0', '1', '1'] };

describe.skipIf(noTerminals)(`wireline chat on a terminal${ifTerminals}`, { timeout: 60_000 }, () => {
  test('two people talk; what one types stays while the other speaks', async () => {
    const { port } = await server('chat', '-q');
    const ada = await person(port, '--name ada --room dev --room pub');
    const bob = await person(port, '--name bob --room dev');
    await ada.shows(/^\d\d:\d\d \* bob has joined$/m);
    ada.type('half a sen');
    await ada.shows(/^> half a sen$/m);
    bob.enter('grüße 日本 👋');
    await bob.shows(/^\d\d:\d\d bob: grüße 日本 👋 ✓$/m);
    await ada.shows(/^\d\d:\d\d bob: grüße 日本 👋$/m);
    expect(ada.screen).toMatch(/^> half a sen$/m);
    ada.type('tence, b');
    ada.press('Tab', 'Enter');
    await bob.shows(/ada: half a sentence, bob/);
    bob.enter('/join pub');
    await bob.shows(/bob in pub: connected/);
    bob.paste('two\nlines');
    await bob.shows(/^> two\n {2}lines/m);
    bob.press('Enter');
    await ada.shows(/^ 1 dev {2}2 pub \(1\)$/m);
    ada.press('M-2');
    await ada.shows(/^\d\d:\d\d bob: two\n {6}lines$/m);
    bob.press('C-c');
    expect(await left(bob)).toEqual({ ...asBefore, status: 0 });
    await ada.shows(/bob has left/);
  });

  test('the server is killed and started again: what was said meanwhile is sent, once', async () => {
    const store = `sqlite:${join(folder, 'chat.db')}`;
    const first = await serverOn(await freePort(), 'chat', '-q', '--store', store);
    const ada = await person(first.port, '--name ada');
    const bob = await person(first.port, '--name bob');
    ada.enter('before');
    await bob.shows(/ada: before/);
    await first.stop('SIGKILL');
    await ada.shows(/reconnecting in \d+ s/);
    ada.enter('meanwhile');
    await ada.shows(/ada: meanwhile \(sending\)/);
    await serverOn(first.port, 'chat', '-q', '--store', store);
    await ada.shows(/ada: meanwhile ✓/);
    await bob.shows(/ada: meanwhile/);
    for (const { screen } of [ada, bob]) expect(screen.match(/ada: (before|meanwhile)/g)).toHaveLength(2);
  });

  test('older messages come with Page Up; a resize shows what fits', async () => {
    const { port } = await server('chat', '-q', '--rate', '0', '--replay', '30');
    const lines = Array.from({ length: 60 }, (_, at) => `line ${at + 1}. 日本語 👩‍🚀`).join('\n');
    expect((await run(['chat', '--name', 'bot', '127.0.0.1', port], lines)).status).toBe(0);
    const ada = await person(port, '--name ada');
    await ada.shows(/line 60\./);
    // 30 lines were told on joining, and 21 fit: a page up needs older ones.
    for (const line of [20, 1]) {
      ada.press('PPage');
      await ada.shows(new RegExp(`line ${line}\\.`));
    }
    ada.resize(26, 8);
    await until(() => ada.screen.split('\n').length === 8, 'the screen is small');
    ada.press('Escape');
    // Too narrow for times, and for the astronaut beside the rest.
    await ada.shows(/^bot: line 60\. 日本語 ..*$/mu);
    expect(ada.screen).not.toContain('line 50.');
    ada.resize(100, 30);
    await ada.shows(/^\d\d:\d\d bot: line 35\./m);
  });

  test('stopped by Control-Z, and continued on a terminal of another size, it fills that', async () => {
    const { port } = await server('chat', '-q');
    const ada = new Terminal(`chat --name ada 127.0.0.1 ${port}; echo it is stopped; read line; fg`, 'set -m; ');
    await ada.shows(/ada in lobby: connected/);
    ada.type('half');
    ada.press('C-z');
    await ada.shows(/^it is stopped$/m);
    // The system tells the shell of this, and not who is stopped.
    ada.resize(60, 10);
    ada.press('Enter');
    await ada.shows(/^ ada in lobby: connected.*\n> half$/m);
    ada.enter(' a sentence');
    await ada.shows(/^\d\d:\d\d ada: half a sentence ✓\n ada in lobby: connected.*\n>$/m);
    ada.resize(80, 24);
    await until(() => ada.screen.split('\n').length === 24, 'the screen is large again');
    ada.press('C-d');
    expect(await left(ada)).toEqual({ ...asBefore, status: 0 });
  });

  test.each([
    ['/quit', 0],
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['an error that nobody expected', 1],
  ])('gives the terminal back after %s', async (way, status) => {
    const { port } = await server('chat', '-q');
    const [pid, failing] = [join(folder, 'pid'), join(folder, 'failing.cjs')];
    writeFileSync(
      failing,
      `require('fs').writeFileSync('${pid}', String(process.pid));
      process.on('SIGUSR2', () => setImmediate(() => { throw new Error('unexpected'); }));`,
    );
    const ada = new Terminal(`chat --name ada 127.0.0.1 ${port}`, `NODE_OPTIONS='--require ${failing}' `);
    await ada.shows(/connected/);
    expect(ada.variable('alternate_on')).toBe('1');
    if (way === '/quit') ada.enter('/quit');
    else process.kill(Number(readFileSync(pid, 'utf8')), (way.startsWith('SIG') ? way : 'SIGUSR2') as NodeJS.Signals);
    expect(await left(ada)).toEqual({ ...asBefore, status });
    if (status === 1) expect(ada.screen).toContain('Error: unexpected');
    // Who leaves in any other way frees the name at once.
    else expect(await run(['chat', '--name', 'ada', '127.0.0.1', port])).toMatchObject({ status: 0, stderr: '' });
  });

  test('says in the shell that the server refuses, or is not there', async () => {
    const { port } = await server('chat', '-q');
    await person(port, '--name ada');
    const other = new Terminal(`chat --name ada 127.0.0.1 ${port}`);
    expect(await left(other)).toEqual({ ...asBefore, status: 1 });
    expect(other.screen).toMatch(/^wireline: the name ada is in use$/m);
    expect(await left(new Terminal('chat 127.0.0.1 1'))).toEqual({ ...asBefore, status: 3 });
  });

  test('says what was not sent, where it leaves without a server', async () => {
    const chat = await server('chat', '-q');
    const ada = await person(chat.port, '--name ada');
    await chat.stop();
    await ada.shows(/reconnecting|connecting/);
    ada.enter('never');
    await ada.shows(/\(sending\)/);
    ada.enter('Bye');
    expect(await left(ada)).toEqual({ ...asBefore, status: 1 });
    expect(ada.screen).toMatch(/^wireline: one message was not sent:\n {2}\S.*$/m);
  });
});

test.skipIf(noTerminals)(`on a dumb terminal a person types commands, and is answered${ifTerminals}`, async () => {
  const { port } = await server('chat', '-q');
  const dee = new Terminal(`chat --name dee 127.0.0.1 ${port}`, 'TERM=dumb ');
  await dee.shows(/\* you are in lobby, alone/);
  dee.enter('/join pub');
  await dee.shows(/\* you are in pub, alone/);
  dee.enter('/who');
  await dee.shows(/\* in pub: dee/);
  dee.enter('/topic new');
  await dee.shows(/\* dee has set the topic: new/);
  dee.enter('said in pub');
  const bob = await run(['chat', '--name', 'bob', '--room', 'pub', '127.0.0.1', port], 'hello\n');
  expect(bob.stdout.toString()).toBe('[dee] said in pub\n');
  await dee.shows(/pub \[bob\] hello/);
  dee.enter('/quit');
  expect(await dee.over()).toEqual({ status: 0, restored: true });
});
