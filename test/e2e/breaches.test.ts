import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cli, run, server, until } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { client, type HeardSocket, listener } from '../support/heard.js';
import { queueFull } from '../support/queue-full.js';

/** The options in the first column of the table under a heading of a page. */
function documented(page: string, heading: RegExp): string[] {
  const [, rest = ''] = readFileSync(page, 'utf8').split(heading);
  const rows = rest.split('\n## ')[0]?.matchAll(/^\| `(--[a-z-]+)`/gm) ?? [];
  return [...new Set([...rows].map(([, option = '']) => option))].sort();
}

const services = [
  ['echo'],
  ['sink'],
  ['transform', '--with', 'upper'],
  ['files', 'docs'],
  ['order'],
  ['relay'],
  ['chat'],
];

/** Bytes that nobody reads. */
const flood = Buffer.alloc(12 * 1024 * 1024, 'd');

/** A client that says all of the flood, and reads nothing. */
function deaf(port: string): HeardSocket {
  const stuck = client(port);
  stuck.socket.pause();
  stuck.socket.write(flood);
  return stuck;
}

/** A server that accepts its clients, and says nothing. */
const silent = () => listener(() => {});

/** Of each limit, what breaches it and sees what it is told. */
const breaches: Record<string, () => Promise<void>> = {
  async '--max-connections'() {
    for (const service of services) {
      const { port } = await server(...service, '--max-connections', '1');
      client(port);
      const refused = client(port);
      await refused.hears(/^error: too many connections, try again later\n$/);
      await refused.ends();
    }
  },
  async '--max-per-address'() {
    for (const service of services) {
      const serving = await server(...service, '--max-per-address', '1');
      client(serving.port);
      const refused = client(serving.port);
      await refused.hears(/^error: too many connections from your address\n$/);
      await refused.ends();
      await serving.says(/refused \(too-many\)/);
    }
  },
  async '--backlog'() {
    // The system answers nobody once the queue of a server that accepts nobody is full.
    const echo = await server('echo', '--backlog', '1');
    echo.child.kill('SIGSTOP');
    await queueFull(Number(echo.port));
    const late = await run(['send', '127.0.0.1', echo.port, '--connect-timeout', '200ms'], 'x');
    expect(late).toMatchObject({ status: 4, stderr: expect.stringMatching(/no answer within 200 ms/) });
  },
  async '--max-message'() {
    for (const service of [['transform', '--with', 'upper'], ['order'], ['relay']]) {
      const { port } = await server(...service, '--max-message', '1000');
      const long = client(port, 'x'.repeat(1001));
      await long.hears(/^error: a message is longer than 1000 bytes\n$/);
      expect(await long.ends()).toBe('end');
    }
    const asking = ['ask', '127.0.0.1', await listener(({ socket }) => socket.write('y'.repeat(2000))), '-m', 'hi'];
    expect(await run([...asking, '--max-message', '1000'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^wireline: .*longer than 1000 bytes.*\n$/),
    });
    const talking = ['talk', '127.0.0.1', await listener(({ socket }) => socket.write('y'.repeat(2000)))];
    const talk = new Cli([...talking, '--max-message', '1000']);
    expect(await talk.done).toMatchObject({ status: 1, stderr: expect.stringMatching(/longer than 1000 bytes/) });
  },
  async '--buffer'() {
    const echo = await server('echo', '--buffer', '64KiB', '--stall', '300ms');
    const stuck = deaf(echo.port);
    const [, taken] = await echo.says(/closed \(slow\), (\d+) bytes in/);
    // What is not held stays with the system, of which each end has some MiB.
    expect(Number(taken)).toBeLessThan(flood.length);
    stuck.socket.resume();
    expect(await stuck.ends()).toBe('ECONNRESET');
  },
  async '--memory'() {
    const services = [['transform', '--with', 'upper'], ['relay'], ['order'], ['chat'], ['echo']];
    await Promise.all(
      services.map(async (service) => {
        const serving = await server(...service, '--memory', '64KiB');
        // An unfinished message of more than all that there is, whose client then moves nothing.
        const holder = service[0] === 'echo' ? deaf(serving.port) : client(serving.port, 'y'.repeat(200_000));
        await serving.says(/closed \(slow\)/);
        holder.socket.resume();
        expect(await holder.ends()).toBe('ECONNRESET');
      }),
    );
  },
  async '--timeout'() {
    for (const [command, ...rest] of [['ask', '-m', 'hi'], ['ls'], ['get', 'x'], ['put', 'package.json']] as const) {
      const { status, stderr } = await run([command, '127.0.0.1', await silent(), ...rest, '--timeout', '200ms']);
      expect({ command, status }).toEqual({ command, status: 4 });
      expect(stderr).toMatch(/^wireline: .*0\.2 s.*\n$/);
    }
  },
  async '--wait'() {
    for (const command of ['send', 'connect']) {
      const { status, stderr } = await run([command, '127.0.0.1', await silent(), '--wait', '200ms'], 'x');
      expect({ command, status }).toEqual({ command, status: 4 });
      expect(stderr).toMatch(/^wireline: everything was sent to .*, and no receipt came within 0\.2 s\n$/);
    }
  },
  async '--spool'() {
    const sink = await server('sink', '--spool', '64KiB');
    const first = client(sink.port, 'x'.repeat(200_000));
    await sink.prints(/x/);
    // The first has the output: the second waits, with as much as there is room for, and is read from no further.
    const second = client(sink.port, flood);
    second.socket.end();
    await until(() => second.socket.writableLength > 0, 'it is not all taken');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(second.socket.writableLength).toBeGreaterThan(0);
    first.socket.end();
    await second.ends();
    expect(sink.stdout.length).toBe(200_000 + flood.length);
  },
  async '--stall'() {
    const echo = await server('echo', '--stall', '300ms');
    const stuck = deaf(echo.port);
    await echo.says(/closed \(slow\)/);
    stuck.socket.resume();
    await stuck.ends();
    const files = await server('files', folder(), '--writable', '--stall', '300ms');
    await client(files.port, '{"put":"x"}\n').hears(
      /\{"error":"nothing came for 0\.3 s, in the middle of the file"\}\n$/,
    );
  },
  async '--idle'() {
    for (const service of services) {
      const serving = await server(...service, '--idle', '100ms');
      expect(await client(serving.port).ends()).toBe('ECONNRESET');
      await serving.says(/closed \(idle\)/);
    }
  },
  async '--connect-timeout'() {
    const echo = await server('echo', '--backlog', '1');
    echo.child.kill('SIGSTOP');
    onTestFinished(() => void echo.child.kill('SIGKILL'));
    await queueFull(Number(echo.port));
    const clients = [
      ...[['ask', '-m', 'x'], ['send'], ['connect'], ['announce', '--name', 'x'], ['talk'], ['chat']],
      ...[['ls'], ['get', 'x'], ['put', 'package.json']],
    ] as [string, ...string[]][];
    const runs = clients.map(async ([command, ...rest]) => {
      const limit = ['--connect-timeout', '200ms', '--verbose', '--verbose'];
      const { status, stderr } = await run([command, '127.0.0.1', echo.port, ...rest, ...limit], 'x');
      expect({ command, status }).toEqual({ command, status: 4 });
      expect(stderr).toMatch(/cannot connect to .*: no answer within 200 ms/);
    });
    await Promise.all(runs);
  },
  async '--max-bytes'() {
    const there = folder();
    const files = await server('files', there, '--writable', '--max-bytes', '10k');
    const { status, stderr } = await run(['put', '127.0.0.1', files.port, '-', '--name', 'x'], 'y'.repeat(20_000));
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/the folder may hold 10240 bytes, and is full\n$/),
    });
    const sink = await server('sink', '--into', there, '--max-bytes', '10k');
    expect((await run(['send', '127.0.0.1', sink.port], 'y'.repeat(20_000))).status).toBe(1);
    expect(readdirSync(there)).toEqual([]);
  },
  async '--rate'() {
    const { port } = await server('chat', '--rate', '1', '--burst', '3');
    const fast = client(port, 'one\ntwo\nthree\nfour\n');
    await fast.hears(/you are sending faster than is allowed: messages are delayed\n/);
  },
  async '--burst'() {
    const { port } = await server('chat', '--rate', '1000', '--burst', '2');
    const fast = client(port, 'one\ntwo\nthree\nfour\n');
    await fast.hears(/messages are delayed\n/);
  },
  async '--max-backlog'() {
    const serving = await server('chat', '--max-backlog', '64KiB', '--rate', '0');
    const stuck = client(serving.port);
    await stuck.hears(/you are in lobby/);
    stuck.socket.pause();
    const loud = client(serving.port);
    await loud.hears(/you are in lobby/);
    const witness = client(serving.port);
    await witness.hears(/you are in lobby/);
    // One at a time: a member that has several messages to catch up with reads them from the journal, and is not slow.
    for (let sent = 1; !/closed \(slow\)/.test(serving.stderr); sent++) {
      loud.socket.write(`${'x'.repeat(50_000)}${sent}\n`);
      await until(() => witness.text.endsWith(`x${sent}\n`) || /closed/.test(serving.stderr), 'it is delivered');
      if (sent % 20 === 0) witness.text = '';
    }
    loud.socket.destroy();
  },
  async '--max-members'() {
    const { port } = await server('chat', '--max-members', '1');
    await client(port).hears(/you are in lobby/);
    await client(port).hears(/lobby is full\n/);
  },
  async '--max-rooms'() {
    const { port } = await server('chat', '--max-rooms', '1');
    await client(port).hears(/you are in lobby/);
    await client(port, '/join dev\n').hears(/there are too many rooms\n/);
  },
  async '--retain'() {
    const { port } = await server('chat', '--retain', '2');
    await client(port, 'one\ntwo\nthree\n/who\n').hears(/in lobby/);
    const late = client(port);
    await late.hears(/three\n/);
    expect(late.text).not.toContain('one');
  },
  async '--retain-bytes'() {
    const { port } = await server('chat', '--retain-bytes', '100');
    const [first, second] = ['x'.repeat(60), 'y'.repeat(60)];
    await client(port, `${first}\n${second}\n/who\n`).hears(/in lobby/);
    const late = client(port);
    await late.hears(/yyy\n/);
    expect(late.text).not.toContain('xxx');
  },
  async '--deadline'() {
    const path = join(folder(), 'loop.mjs');
    writeFileSync(path, 'export default () => { for (;;); };\n');
    const { port } = await server('transform', '--with', path, '--deadline', '300ms');
    await client(port, 'hello\n').hears(/^error: .*300 ms/);
  },
  async '--max-files'() {
    const files = await server('files', 'docs');
    const { status, stderr } = await run([
      'get',
      '-q',
      '--max-files',
      '3',
      '127.0.0.1',
      files.port,
      '.',
      '-o',
      folder(),
    ]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'wireline: . has more than 3 files and folders\n' });
  },
  async '--grace'() {
    for (const service of [['echo'], ['transform', '--with', 'upper'], ['files', 'docs'], ['order'], ['relay']]) {
      const serving = await server(...service, '--grace', '100ms');
      const stuck = deaf(serving.port);
      await serving.says(/connected/);
      const began = performance.now();
      expect((await serving.stop()).status).toBe(0);
      expect(performance.now() - began).toBeLessThan(2_000);
      stuck.socket.resume();
      await stuck.ends();
    }
  },
};

describe('a limit that is breached says so', () => {
  test.each(Object.entries(breaches))('%s', (_option, breach) => breach());

  test('every one of the guide', () => {
    expect(Object.keys(breaches).sort()).toEqual(documented('docs/guide/limits.md', /^# Limits$/m));
  });
});
