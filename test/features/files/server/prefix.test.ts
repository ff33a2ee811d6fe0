import { createHash } from 'node:crypto';
import { truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openFiles } from '../../../../src/features/files/client/session.js';
import type { Answer } from '../../../../src/features/files/protocol/messages.js';
import type { ServedTree } from '../../../../src/features/files/protocol/tree.js';
import { files } from '../../../../src/features/files/server/files.js';
import { servedTree } from '../../../../src/features/files/tree/served-tree.js';
import { serve } from '../../../../src/net/index.js';
import { folder } from '../../../support/folder.js';

const MiB = 1024 * 1024;
const size = 64 * MiB;

/** A server of one sparse file that was left alone for long, and how many bytes of it were read. */
async function counted() {
  const there = folder();
  writeFileSync(join(there, 'big'), 'begin');
  truncateSync(join(there, 'big'), size);
  const served = servedTree(there, { now: () => Date.now() + 60_000 });
  const read = { bytes: 0 };
  const counting: ServedTree = {
    ...served,
    open(path) {
      const file = served.open(path);
      if (file === 'folder') return file;
      return {
        ...file,
        read(offset, most) {
          const bytes = file.read(offset, most);
          read.bytes += bytes.length;
          return bytes;
        },
      };
    },
  };
  const server = await serve(files({ folder: counting }), '127.0.0.1:0');
  onTestFinished(() => server.close());
  const prefixOf = (bytes: number) => {
    const content = Buffer.alloc(bytes);
    content.write('begin');
    return createHash('sha256').update(content).digest('hex');
  };
  /** Asks for all from `offset` on, and returns the header, and how many bytes were read for it. */
  const ask = async (offset: number, prefix = prefixOf(offset)) => {
    read.bytes = 0;
    const session = await openFiles(server.address);
    let header: Answer = {};
    const trailer = await session.request({ get: 'big', offset, prefix }, (answer) => {
      header = answer;
      return () => {};
    });
    session.end();
    return { header, trailer };
  };
  return { there, read, ask, prefixOf };
}

test('who asks for the rest of a file again and again has a small part of it hashed anew', async () => {
  const { read, ask } = await counted();
  const end = size - 10;
  expect((await ask(end)).header.offset).toBe(end);
  expect(read.bytes).toBe(size);
  for (const offset of [end, end, size / 2 + 77, end]) {
    const { header, trailer } = await ask(offset);
    expect(header.offset).toBe(offset);
    expect(trailer.bytes).toBe(size);
    expect(read.bytes - (size - offset)).toBeLessThanOrEqual(5 * MiB);
  }
}, 60_000);

test('a wrong prefix is still told from a right one, and a file that was changed is hashed anew', async () => {
  const { there, read, ask, prefixOf } = await counted();
  const end = size - 10;
  await ask(end);
  expect((await ask(end, 'f'.repeat(64))).header.offset).toBe(0);
  writeFileSync(join(there, 'big'), 'other', { flag: 'r+' });
  utimesSync(join(there, 'big'), 1, 1);
  expect((await ask(end, prefixOf(end))).header.offset).toBe(0);
  expect(read.bytes).toBeGreaterThanOrEqual(size);
}, 60_000);
