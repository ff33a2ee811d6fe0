import { mkdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { memoryJournal } from '../../src/features/chat/journal/memory.js';
import { jsonDialect } from '../../src/features/chat/server/dialects/json.js';
import { plainDialect } from '../../src/features/chat/server/dialects/plain.js';
import { ChatServer } from '../../src/features/chat/server/server.js';
import { detect, serve } from '../../src/net/index.js';
import { run, server, until } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { plainClient } from '../support/program.js';
import { serving } from '../support/serving.js';

/** The first block of a page that has `words` in it, line by line. */
function transcript(page: string, words: string): string[] {
  const blocks = readFileSync(`docs/reference/${page}`, 'utf8').matchAll(/^```\n(.*?)^```$/gms);
  const block = [...blocks].map(([, text = '']) => text).find((text) => text.includes(words));
  if (block === undefined) throw new Error(`${page} has no block with ${words}`);
  return block.trimEnd().split('\n');
}

/** A chat, and a client that types lines and reads lines. */
async function chat() {
  const hall = new ChatServer({ journal: memoryJournal() });
  const running = await serve(detect([jsonDialect(hall)], plainDialect(hall)), '127.0.0.1:0');
  onTestFinished(() => running.close());
  return () => {
    const socket = net.connect(running.port as number, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let heard = '';
    socket.on('error', () => {}).on('data', (chunk) => (heard += chunk));
    const lines = () => heard.split('\n').slice(0, -1);
    return { type: (line: string) => socket.write(`${line}\n`), lines };
  };
}

/** A line of JSON with what differs from run to run made the same. */
function shape(line: string): unknown {
  const differs = ['secret', 'epoch', 'time', 'sha256', 'progress', 'path', 'bytes', 'size'];
  return JSON.parse(line, (key, value) => (differs.includes(key) ? typeof value : value));
}

test('the conversation in JSON of protocol.md', async () => {
  const script = transcript('protocol.md', '"type":"hello"');
  const client = (await chat())();
  let answers = 0;
  for (const line of script) {
    if (!line.startsWith('< ')) client.type(line);
    else {
      const at = answers++;
      await until(() => client.lines().length > at, `the answer ${line}`);
      expect(shape(client.lines()[at] as string)).toEqual(shape(line.slice(2)));
    }
  }
  expect(client.lines()).toHaveLength(answers);
});

test('the conversation in plain text of protocol.md', async () => {
  const script = transcript('protocol.md', '$ nc localhost 9000').slice(1);
  const connect = await chat();
  const alice = connect();
  for (const line of [
    '{"type":"hello","version":1,"name":"Alice"}',
    '{"type":"join","room":"lobby"}',
    '{"type":"say","room":"lobby","body":"hello, all","id":"1"}',
  ])
    alice.type(line);
  await until(() => alice.lines().some((line) => line.includes('"ack"')), 'Alice has spoken');
  const guest = connect();
  const seen = (line: string) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, 'THEN');
  let heard = 0;
  for (const line of script) {
    if (!/^[*[]/.test(line)) guest.type(line);
    else {
      const at = heard++;
      await until(() => guest.lines().length > at, `the line ${line}`);
      expect(seen(guest.lines()[at] as string)).toBe(seen(line));
    }
  }
  await until(() => alice.lines().some((line) => line.includes('"body":"hello!"')), 'Alice has heard it');
});

test('the request of files-protocol.md', async () => {
  const [command = '', ...answer] = transcript('files-protocol.md', '$ printf');
  const [, request = ''] = /printf '(.*)\\n'/.exec(command) ?? [];
  const there = folder();
  mkdirSync(join(there, 'sub'));
  writeFileSync(join(there, 'sub', 's.txt'), `${answer[1]}\n`, { mode: 0o644 });
  const [header = ''] = answer;
  const { time } = JSON.parse(header) as { time: number };
  utimesSync(join(there, 'sub', 's.txt'), time / 1000, time / 1000);
  const lines = (await plainClient(await serving(there), `${request}\n`)).trimEnd().split('\n');
  expect([shape(lines[0] as string), ...lines.slice(1)]).toEqual([shape(header), ...answer.slice(1)]);
});

test('what get prints in json-lines.md', async () => {
  const printed = transcript('json-lines.md', '$ wireline get --json').slice(1);
  const there = folder();
  writeFileSync(join(there, 'r.bin'), '');
  // Progress takes half a second: a file that is large, and takes no room.
  truncateSync(join(there, 'r.bin'), 2 ** 30);
  const { port } = await server('files', there, '-q');
  const { stdout } = await run(['get', '--json', '127.0.0.1', port, 'r.bin', '-o', join(there, 'copy')]);
  const shapes = (lines: readonly string[]) => [...new Set(lines.map((line) => JSON.stringify(shape(line))))];
  expect(shapes(stdout.toString().trimEnd().split('\n'))).toEqual(shapes(printed));
});
