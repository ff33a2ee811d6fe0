import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../src/core/index.js';
import { VerifiedWriter } from '../../src/framing/index.js';
import { Cli, digest, type Run, run, server, until } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { missing, peer } from '../support/peers.js';
import { type Harm, proxy } from '../support/proxy.js';

/** A sink that takes one verified stream as a file of `into`, and ends with what became of it. */
function sinkInto(into: string) {
  return server('sink', '--verify', '--once', '-q', '--into', into);
}

/** The bytes of the whole stream that carries `content`, as `send --verify` sends them. */
function wireOf(content: Uint8Array): Buffer {
  const wire: Uint8Array[] = [];
  const writer = new VerifiedWriter(sha256(), (part) => wire.push(part) > 0);
  if (content.length > 0) writer.add(content);
  writer.end();
  return Buffer.concat(wire);
}

/** Holds a failed client against what is said of one: status 1, and one line. */
function expectFailed({ status, stderr }: Run, line = /./): void {
  expect(stderr).toMatch(/^wireline: .+\n$/);
  expect(stderr).toMatch(line);
  expect(status).toBe(1);
}

/** And the same of a sink whose one stream failed; nothing is left of it in `into`. */
function expectNothing({ status, stderr }: Run, into: string): void {
  expect(stderr).toMatch(
    /^Server is listening on \S+\n\[\d\d:\d\d:\d\d\] .+ closed \(.+\), \d+ bytes in, \d+ bytes out\n$/,
  );
  expect(status).toBe(1);
  expect(readdirSync(into)).toEqual([]);
}

/** Sends `content` through a proxy that does harm, and expects that both ends know. */
async function expectBothKnow(content: Uint8Array, harm: Harm, line = /./): Promise<void> {
  const into = folder();
  const sink = await sinkInto(into);
  const through = await proxy(sink.port, harm);
  // A file is read in pieces of a MiB: it is known where each byte of the stream is.
  const file = join(folder(), 'content');
  writeFileSync(file, content);
  expectFailed(await run(['send', '--verify', '127.0.0.1', through, file]), line);
  expectNothing(await sink.done, into);
}

test.each([0, 1, 64 * 1024 * 1024])('%i bytes arrive whole, and both ends know', { timeout: 120_000 }, async (size) => {
  const content = randomBytes(size);
  const into = folder();
  const sink = await sinkInto(into);
  const through = await proxy(sink.port, {});
  expect(await run(['send', '--verify', '127.0.0.1', through], content)).toMatchObject({ status: 0, stderr: '' });
  expect(await sink.done).toMatchObject({ status: 0, stderr: expect.stringMatching(/^Server is listening on .+\n$/) });
  expect(readdirSync(into)).toEqual(['message-000001']);
  expect(digest(readFileSync(join(into, 'message-000001')))).toBe(digest(content));
});

test('to stdout, from many clients, each message is whole', async () => {
  const sink = await server('sink', '--verify', '-q');
  const messages = Array.from({ length: 5 }, (_, at) => String(at).repeat(400_000));
  const runs = await Promise.all(messages.map((message) => run(['send', '--verify', 'localhost', sink.port], message)));
  expect(runs.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
  const { stdout, status } = await sink.stop();
  expect(status).toBe(0);
  expect(
    stdout
      .toString()
      .match(/0+|1+|2+|3+|4+/g)
      ?.sort(),
  ).toEqual(messages);
});

const content = randomBytes(100_000);
const whole = wireOf(content).length;
const contentEnds = 30 + 4 + content.length;
const offsets: [string, number][] = [
  ['the first byte', 1],
  ['mid preface', 20],
  ['the preface', 30],
  ['mid header', 32],
  ['mid content', 50_000],
  ['the content', contentEnds],
  ['the empty frame', contentEnds + 4],
  ['all but the last byte', whole - 1],
];

test.each(offsets)('a cable that is cut after %s', async (_, cutClientAfter) => {
  await expectBothKnow(content, { cutClientAfter });
});

test.each(offsets)('a stream that is ended in order after %s', async (_, endClientAfter) => {
  await expectBothKnow(content, { endClientAfter }, /refused by the server: the stream was cut before its end/);
});

test.each([
  ['in the preface', 10, /only verified streams/],
  ['in the length of the preface', 3, /only verified streams|cut before its end/],
  ['at the beginning of the content', 34, /damaged/],
  ['in mid-content', 60_000, /damaged/],
  ['in the last byte of the content', contentEnds - 1, /damaged/],
  ['in the empty frame', contentEnds + 3, /damaged|cut before its end/],
  ['in the length that is said', contentEnds + 8 + 10, /damaged/],
  ['in the hash that is said', whole - 10, /damaged/],
] as const)('a bit that is flipped %s', async (_, flipClient, line) => {
  await expectBothKnow(content, { flipClient }, line);
});

test('a long stream that is cut or damaged far in', { timeout: 60_000 }, async () => {
  const long = randomBytes(16 * 1024 * 1024);
  for (const harm of [{ cutClientAfter: 9_000_000 }, { endClientAfter: 15_000_000 }, { flipClient: 12_345_678 }]) {
    await expectBothKnow(long, harm);
  }
});

test('a stream of nothing that is cut is no stream of nothing', async () => {
  for (const endClientAfter of [0, 30, wireOf(Buffer.alloc(0)).length - 1]) {
    await expectBothKnow(Buffer.alloc(0), endClientAfter === 0 ? { cutClientAfter: 1 } : { endClientAfter });
  }
});

test('a receipt that is cut or damaged is none', async () => {
  for (const harm of [{ cutAfter: 1 }, { cutAfter: 50 }, { flip: 0 }, { flip: 50 }]) {
    const through = await proxy((await sinkInto(folder())).port, harm);
    expectFailed(await run(['send', '--verify', '127.0.0.1', through], 'hello'));
  }
});

test('a client that is killed in mid-stream leaves nothing', async () => {
  const into = folder();
  const sink = await sinkInto(into);
  const client = new Cli(['send', '--verify', 'localhost', sink.port]);
  client.child.stdin?.write(content);
  await until(() => readdirSync(into).length === 1, 'the stream has begun');
  await client.stop('SIGKILL');
  expectNothing(await sink.done, into);
});

test('a client that is reset in mid-stream leaves nothing', async () => {
  const into = folder();
  const sink = await sinkInto(into);
  const socket = net.connect(Number(sink.port), '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(wireOf(content).subarray(0, 70_000));
  await until(() => readdirSync(into).length === 1, 'the stream has begun');
  socket.resetAndDestroy();
  expectNothing(await sink.done, into);
});

test('a client that is interrupted tells by its status, and leaves nothing', async () => {
  const into = folder();
  const sink = await sinkInto(into);
  const client = new Cli(['send', '--verify', 'localhost', sink.port]);
  client.child.stdin?.write(content);
  await until(() => readdirSync(into).length === 1, 'the stream has begun');
  expect((await client.stop('SIGINT')).status).toBe(130);
  expectNothing(await sink.done, into);
});

test('a server that is killed or stopped in mid-stream has its client fail, and its folder is clean again', async () => {
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const into = folder();
    const sink = await server('sink', '--verify', '-q', '--grace', '100ms', '--into', into);
    const client = new Cli(['send', '--verify', 'localhost', sink.port]);
    client.child.stdin?.write(content);
    await until(() => readdirSync(into).length === 1, 'the stream has begun');
    await sink.stop(signal);
    client.child.stdin?.write(content);
    expectFailed(await client.done);
    const next = await sinkInto(into);
    expect(readdirSync(into)).toEqual([]);
    expect((await run(['send', '--verify', 'localhost', next.port], 'next')).status).toBe(0);
    expect(readdirSync(into)).toEqual(['message-000001']);
  }
});

test('a message that is damaged is not on stdout, and the next one is', async () => {
  const sink = await server('sink', '--verify', '-q');
  const through = await proxy(sink.port, { flipClient: 40 });
  expectFailed(await run(['send', '--verify', '127.0.0.1', through], 'damaged on its way'), /damaged/);
  expect((await run(['send', '--verify', 'localhost', sink.port], 'whole')).status).toBe(0);
  expect((await sink.stop()).stdout.toString()).toBe('whole');
});

test('a plain server does not confirm, and the verifying client says so', async () => {
  for (const service of ['sink', 'echo']) {
    const plain = await server(service, '-q');
    const failed = await run(['send', '--verify', 'localhost', plain.port], 'hello');
    expectFailed(failed, /^wireline: localhost:\d+ did not confirm the stream: is it a serve sink --verify\?\n$/);
  }
});

test('a plain send to a verifying sink is refused in clear words', async () => {
  const sink = await server('sink', '--verify', '-q');
  const refused = /^wireline: refused by the server: only verified streams are taken here, as wireline send --verify/;
  expectFailed(await run(['send', 'localhost', sink.port], 'hello\n'), refused);
  expect((await sink.stop()).stdout.length).toBe(0);
});

const unable = missing('nc');

test.skipIf(unable)(`nc is told what a verifying sink takes${unable ? ` (skipped: ${unable})` : ''}`, async () => {
  const into = folder();
  const sink = await sinkInto(into);
  const nc = peer('nc', ['-N', '127.0.0.1', sink.port], 'hello\n');
  await nc.done;
  expect(nc.stdout()).toBe('error: only verified streams are taken here, as wireline send --verify sends them\n');
  expectNothing(await sink.done, into);
});
