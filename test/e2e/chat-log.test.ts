import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cli, run, server, until } from '../support/cli.js';
import { removeFolder } from '../support/folder.js';
import { titled } from '../support/peers.js';
import { smallDisk, whyNoDisk } from '../support/small-disk.js';
import { Heard } from '../support/swarm.js';

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wireline-chat-'));
  onTestFinished(() => removeFolder(folder));
  return join(folder, 'chat.db');
}

const chat = (file: string, ...options: string[]) =>
  server('chat', '-q', '--rate', '0', '--store', `sqlite:${file}`, ...options);

/** What the lobby has, as a client of now gets it. */
async function entriesOf(port: string): Promise<string[]> {
  const { stdout, status } = await run(['chat', '--replay', '1000', '127.0.0.1', port]);
  expect(status).toBe(0);
  return stdout.toString().trimEnd().split('\n');
}

const noDisk = whyNoDisk();

describe('the journal of a chat', () => {
  test('outlives the server, whichever way that ends, with its numbers and its epoch', async () => {
    const file = freshFile();
    const epochs = new Set<unknown>();
    for (const [at, signal] of (['SIGTERM', 'SIGKILL', 'SIGINT'] as const).entries()) {
      const first = await chat(file);
      const said = await run(['chat', '--json', '--name', 'ann', '127.0.0.1', first.port], `message ${at}\n`);
      const messages = said.stdout
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      epochs.add(messages.find(({ type }) => type === 'joined').epoch);
      expect(messages.filter(({ type }) => type === 'entry').at(-1)).toMatchObject({ number: at + 1 });
      const { status } = await first.stop(signal);
      expect(status).toBe(signal === 'SIGKILL' ? null : 0);
    }
    expect(epochs.size).toBe(1);
    const { port } = await chat(file);
    expect(await entriesOf(port)).toEqual(['[ann] message 0', '[ann] message 1', '[ann] message 2']);
  });

  test('keeps what it is told to keep', async () => {
    const { port } = await chat(freshFile(), '--retain', '2');
    await run(['chat', '--name', 'ann', '127.0.0.1', port], '1\n2\n3\n4\n');
    expect(await entriesOf(port)).toEqual(['[ann] 3', '[ann] 4']);
  });

  test.each([
    ['is in use', (file: string) => chat(file)],
    ['is damaged', async (file: string) => writeFileSync(file, Buffer.alloc(16_384, 'no database '))],
    ['is in no folder', async (file: string) => rmSync(join(file, '..'), { recursive: true })],
  ])('that %s is one line and a status, and stays as it is', async (_what, prepare) => {
    const file = freshFile();
    await prepare(file);
    const before = await Promise.resolve()
      .then(() => statSync(file).size)
      .catch(() => undefined);
    const { status, stderr, ms } = await new Cli(['serve', 'chat', '--store', `sqlite:${file}`, '127.0.0.1:0']).done;
    expect({ status, lines: stderr.split('\n').length }).toEqual({ status: 1, lines: 2 });
    expect(stderr).toContain(file);
    expect(ms).toBeLessThan(10_000);
    if (before !== undefined) expect(statSync(file).size).toBe(before);
  });

  test('whose file is damaged behind its back crashes nothing that it acknowledged', async () => {
    const file = freshFile();
    const first = await chat(file);
    await run(['chat', '--name', 'ann', '127.0.0.1', first.port], 'kept\n');
    copyFileSync(file, `${file}.copy`);
    copyFileSync(`${file}-wal`, `${file}.copy-wal`);
    await first.stop('SIGKILL');
    const { port } = await chat(`${file}.copy`);
    expect(await entriesOf(port)).toEqual(['[ann] kept']);
    expect(readFileSync(file).length).toBeGreaterThan(0);
  });

  const fullDisk = 'on a full disk refuses what it cannot store, tells the sender, and loses nothing of before';
  test.skipIf(noDisk)(titled(fullDisk, noDisk), async () => {
    const file = join(smallDisk('size=1m'), 'chat.db');
    const first = await chat(file);
    const ann = new Heard(Number(first.port), 'ann', 0);
    await until(() => ann.joins === 1, 'ann has joined');
    const body = 'x'.repeat(20_000);
    for (let said = 0; ann.failed.length === 0; said++) {
      expect(said).toBeLessThan(100);
      ann.client.say('lobby', `${said} ${body}`);
      await until(() => ann.client.unsent === 0, 'the server has answered');
    }
    expect(ann.failed[0]).toMatch(/^not stored: .*full/);
    const stored = ann.entries.map(({ body }) => body);
    expect(stored.length).toBeGreaterThan(5);
    const plain = await run(['connect', '127.0.0.1', first.port], `${body}\n`);
    expect(plain.stdout.toString()).toMatch(/^\* not stored: .*full/m);
    // Who runs the server is told too: once, however many are refused.
    expect(first.stderr.match(/the journal fails, and its clients are told so: .*full/g)).toHaveLength(1);
    await first.stop('SIGKILL');
    const copy = freshFile();
    copyFileSync(file, copy);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    const { port } = await chat(copy);
    const again = new Heard(Number(port), 'bob', 1000);
    await until(() => again.entries.length === stored.length, 'all is there');
    expect(again.entries.map(({ body }) => body)).toEqual(stored);
  });
});
