import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../../../src/core/index.js';
import { Answers, type QueuedAnswer } from '../../../../src/features/files/server/answers.js';
import { VerifiedWriter } from '../../../../src/framing/index.js';
import { server } from '../../../support/cli.js';
import { folder } from '../../../support/folder.js';
import { plainClient } from '../../../support/program.js';
import { serving } from '../../../support/serving.js';

/** A request to put `content`, and the file, as a client sends them that waits for nothing. */
function putting(path: string, content: string, more: object = {}): string {
  const wire: Buffer[] = [Buffer.from(`${JSON.stringify({ put: path, ...more })}\n`)];
  const writer = new VerifiedWriter(sha256(), (bytes) => wire.push(Buffer.from(bytes)) > 0);
  writer.add(Buffer.from(content));
  writer.end();
  return Buffer.concat(wire).toString('latin1');
}

const answers = (heard: string) =>
  heard
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('files that are put without waiting are answered in order, each once it is there', async () => {
  const there = folder();
  const port = await serving(there);
  const names = Array.from({ length: 40 }, (_, at) => `sub/${at}`);
  const heard = await plainClient(port, names.map((name) => putting(name, name, { sync: name !== 'sub/3' })).join(''));
  expect(answers(heard).map(({ put, ready, bytes }) => [put, ready ?? bytes])).toEqual(
    names.flatMap((name) => [
      [name, true],
      [name, name.length],
    ]),
  );
  for (const name of names) expect(readFileSync(join(there, name), 'utf8')).toBe(name);
});

test('a request behind files that were put is answered after them, with what they made', async () => {
  const there = folder();
  const port = await serving(there);
  const heard = await plainClient(port, `${putting('a', 'one')}${putting('b', 'two')}{"list":""}\n{"get":"b"}\nc\n`);
  const lines = heard.trimEnd().split('\n');
  expect(lines.slice(0, 4).map((line) => JSON.parse(line).put)).toEqual(['a', 'a', 'b', 'b']);
  expect(lines.slice(5, 7).map((line) => JSON.parse(line).name)).toEqual(['a', 'b']);
  expect(lines.slice(8)).toEqual([
    expect.stringMatching(/^\{"get":"b",/),
    expect.stringMatching(/^two\{"bytes":3,/),
    'error: no such file here',
  ]);
});

test('of files that are put without waiting, one that is refused is the last', async () => {
  const there = folder();
  mkdirSync(join(there, 'in'));
  writeFileSync(join(there, 'b'), 'old');
  const port = await serving(there);
  const heard = await plainClient(port, ['a', 'b', 'c'].map((name) => putting(name, name)).join(''));
  const lines = heard.trimEnd().split('\n');
  expect(lines.slice(0, 3).map((line) => JSON.parse(line))).toMatchObject([
    { put: 'a', ready: true },
    { put: 'a', bytes: 1 },
    { error: 'b exists already' },
  ]);
  expect(readFileSync(join(there, 'b'), 'utf8')).toBe('old');
  expect(existsSync(join(there, 'c'))).toBe(false);
  expect(readdirSync(there).sort()).toEqual(['a', 'b', 'in']);
});

test('the same new name twice: the first has it, and the second is told so', async () => {
  const there = folder();
  const port = await serving(there);
  const heard = await plainClient(port, putting('a', 'one') + putting('a', 'two'));
  expect(answers(heard)).toMatchObject([
    { put: 'a', ready: true },
    { put: 'a', bytes: 3 },
    { put: 'a', ready: true },
    { error: 'a exists already' },
  ]);
  expect(readFileSync(join(there, 'a'), 'utf8')).toBe('one');
  expect(readdirSync(there)).toEqual(['a']);
});

test('a client that stops in the middle of a file is told so after --stall, and nothing is left', async () => {
  const there = folder();
  const files = await server('files', there, '--writable', '--stall', '300ms');
  const socket = net.connect(Number(files.port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const whole = putting('a', 'x'.repeat(1000));
  socket.write(whole.slice(0, 500), 'latin1');
  const heard: Buffer[] = [];
  for await (const chunk of socket) heard.push(chunk as Buffer);
  expect(answers(Buffer.concat(heard).toString())).toEqual([
    { put: 'a', ready: true },
    { error: 'nothing came for 0.3 s, in the middle of the file' },
  ]);
  await files.says(/closed \(truncated: nothing came for 0\.3 s, in the middle of the file\)/);
  expect(readdirSync(there)).toEqual([]);
});

test('many connections have one file each on the way to the disk, once 256 are', () => {
  const peers = Array.from({ length: 20 }, () => new Answers({ state: 'open', write: () => true } as never));
  const mayBegin = (answers: Answers) => {
    let begun = false;
    answers.whenFew(() => {
      begun = true;
    });
    return begun;
  };
  const due: QueuedAnswer[] = [];
  for (const answers of peers) while (mayBegin(answers)) due.push(answers.add());
  expect(peers.map(({ size }) => size)).toEqual([...Array(8).fill(32), ...Array(12).fill(1)]);
  for (const answer of due) answer.end();
  expect(peers.map(({ size }) => size)).toEqual(Array(20).fill(0));
  expect(mayBegin(peers[0] as Answers)).toBe(true);
});

test('however puts and gets are mixed and cut on their way, the answers are those of one after the other', async () => {
  const request = fc.record({
    name: fc.constantFrom('a', 'b', 'sub/c'),
    content: fc.oneof(fc.string({ maxLength: 20 }), fc.constant('long '.repeat(20_000))),
    replace: fc.boolean(),
    gets: fc.boolean(),
  });
  const cuts = fc.array(fc.nat({ max: 200_000 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 12 }), cuts, async (requests, places) => {
      const there = folder();
      const port = await serving(there);
      const content = new Map<string, string>();
      const expected: string[] = [];
      const wire: string[] = [];
      for (const { name, content: wanted, replace, gets } of requests) {
        wire.push(putting(name, wanted, { replace, sync: false }));
        if (content.has(name) && !replace) {
          expected.push('error');
          break;
        }
        expected.push(`${name} ready`, `${name} ${Buffer.byteLength(wanted)}`);
        content.set(name, wanted);
        if (!gets) continue;
        wire.push(`{"get":"${name}"}\n`);
        expected.push(`got ${name} ${Buffer.byteLength(wanted)}`);
      }
      const all = Buffer.from(wire.join(''), 'latin1');
      const at = [...places.map((place) => place % (all.length + 1)), 0, all.length].sort((a, b) => a - b);
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      const heard: Buffer[] = [];
      socket.on('error', () => {}).on('data', (chunk) => heard.push(chunk));
      for (let part = 1; part < at.length; part++) {
        socket.write(all.subarray(at[part - 1], at[part]));
        await new Promise(setImmediate);
      }
      socket.end();
      await once(socket, 'close');
      const answers = told(Buffer.concat(heard));
      // Where the first of a name is still on its way to the disk, the second may come, and is refused then.
      const refused = expected.indexOf('error');
      if (refused !== -1 && answers[refused]?.endsWith(' ready')) answers.splice(refused, 1);
      expect(answers.slice(0, expected.length)).toEqual(expected);
      for (const [name, bytes] of content)
        expect(readFileSync(join(there, name)).equals(Buffer.from(bytes))).toBe(true);
    }),
    { numRuns: 40 },
  );
}, 60_000);

/** The answers in what a client heard, in short, and no bytes of files. */
function told(heard: Buffer): string[] {
  const short: string[] = [];
  for (let at = 0; at < heard.length; ) {
    const end = heard.indexOf(10, at);
    const line = heard.subarray(at, end).toString();
    at = end + 1;
    if (!line.startsWith('{')) short.push(line);
    else {
      const { put, get, ready, bytes, size, error } = JSON.parse(line);
      if (error !== undefined) short.push('error');
      else if (get !== undefined) at += size;
      else if (put !== undefined) short.push(`${put} ${ready ? 'ready' : bytes}`);
      if (get !== undefined) short.push(`got ${get} ${size}`);
    }
  }
  return short;
}
