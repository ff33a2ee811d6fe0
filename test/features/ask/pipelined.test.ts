import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConcurrencyLimit } from '../../../src/features/files/client/concurrency-limit.js';
import { fileTarget } from '../../../src/features/files/client/file-target.js';
import { getTree } from '../../../src/features/files/client/get.js';
import { putAll } from '../../../src/features/files/client/put.js';
import { openFiles } from '../../../src/features/files/client/session.js';
import { fileInput } from '../../../src/io/input.js';
import { folder } from '../../support/folder.js';
import { serving } from '../../support/serving.js';

/** A proxy before `port`: it passes the client's requests on only once `most` of them wait. */
async function inGroups(port: number, most: number, request: RegExp): Promise<number> {
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    upstream.pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', () => client.destroy());
    let held = '';
    client.on('data', (bytes) => {
      held += bytes.toString('latin1');
      if (held.includes('"list"') || (held.match(request)?.length ?? 0) >= most) {
        upstream.write(held, 'latin1');
        held = '';
      }
    });
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
}

function many(count: number): string {
  const path = folder();
  mkdirSync(join(path, 'many'));
  for (let at = 0; at < count; at++) writeFileSync(join(path, 'many', `${at}`), `content ${at}`);
  return join(path, 'many');
}

test('small files of a folder are asked for before those before them are here, and come in order', async () => {
  const there = many(32);
  const session = await openFiles({ host: '127.0.0.1', port: await inGroups(await serving(there), 16, /"get"/g) });
  const here = folder();
  const got: string[] = [];
  await getTree(session, '', (below) => fileTarget(join(here, below)), { onGot: ({ path }) => void got.push(path) });
  session.end();
  expect(got).toEqual(readdirSync(there).sort());
  for (const name of got) expect(readFileSync(join(here, name), 'utf8')).toBe(`content ${name}`);
});

test('small files are put before those before them are answered, and are told of in order', async () => {
  const from = many(32);
  const there = folder();
  const session = await openFiles({
    host: '127.0.0.1',
    port: await inGroups(await serving(there), 16, /"sha256":"\w{64}"}/g),
  });
  const names = readdirSync(from);
  const sent: string[] = [];
  const files = names.map((name) => ({ path: name, size: 12, open: () => fileInput(join(from, name)) }));
  await putAll(session, files, { onSent: ({ path }) => void sent.push(path) });
  session.end();
  expect(sent).toEqual(names);
  for (const name of names) expect(readFileSync(join(there, name), 'utf8')).toBe(`content ${name}`);
});

test('of files that are put, the first that is refused ends the rest, and those before it are told of', async () => {
  const from = many(40);
  const there = folder();
  const names = readdirSync(from).sort();
  writeFileSync(join(there, names[20] as string), 'there');
  const session = await openFiles({ host: '127.0.0.1', port: await serving(there) });
  const sent: string[] = [];
  const files = names.map((name) => ({ path: name, size: 12, open: () => fileInput(join(from, name)) }));
  const done = putAll(session, files, { onSent: ({ path }) => void sent.push(path) });
  await expect(done).rejects.toMatchObject({ code: 'refused', message: `${names[20]} exists already` });
  session.end();
  expect(sent).toEqual(names.slice(0, 20));
  expect(readdirSync(there).sort()).toEqual(names.slice(0, 21));
});

test('large work is alone, and all that is in hand ends before a failure is told', async () => {
  const done: number[] = [];
  const overlap = new ConcurrencyLimit<number>((result) => void done.push(result));
  const ends: ((result: number) => void)[] = [];
  const work = () => new Promise<number>((resolve) => ends.push(resolve));
  await overlap.room(1_000_000);
  overlap.add(work(), 1_000_000);
  let hasRoom = false;
  const room = overlap.room(1).then(() => {
    hasRoom = true;
  });
  await new Promise(setImmediate);
  expect(hasRoom).toBe(false);
  ends[0]?.(0);
  await room;
  overlap.add(Promise.reject(new Error('first')), 1);
  overlap.add(work(), 1);
  const settled = overlap.settled();
  await new Promise(setImmediate);
  ends[1]?.(1);
  await expect(settled).rejects.toThrow('first');
  expect(done).toEqual([0, 1]);
});
