import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/core/index.js';
import { fileTarget } from '../../src/features/files/client/file-target.js';
import { get } from '../../src/features/files/client/get.js';
import { list } from '../../src/features/files/client/ls.js';
import { put } from '../../src/features/files/client/put.js';
import { type FilesSession, openFiles } from '../../src/features/files/client/session.js';
import { fileInput } from '../../src/io/input.js';
import { run, server } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { type Harm, proxy } from '../support/proxy.js';
import { serving } from '../support/serving.js';

/** Whether `work` was done through a proxy that does harm. It has to come to an end, one or the other. */
async function throughHarm(port: number, harm: Harm, work: (session: FilesSession) => Promise<unknown>) {
  const session = await openFiles({ host: '127.0.0.1', port: Number(await proxy(port, harm)) }, { timeoutMs: 300 });
  const done = await work(session).then(
    () => true,
    () => false,
  );
  session.end();
  return done;
}

/** A flipped bit in every one of the first bytes that a client and a server say. */
function harms(ofClient: number, ofServer: number): Harm[] {
  const upTo = (length: number) => Array.from({ length }, (_, at) => at);
  return [...upTo(ofClient).map((flipClient) => ({ flipClient })), ...upTo(ofServer).map((flip) => ({ flip }))];
}

/** Many wait for the end of their patience, and need not do so one after the other. */
async function manyAtOnce(every: Harm[], run: (harm: Harm) => Promise<void>): Promise<void> {
  const left = every.values();
  const oneByOne = async () => {
    for (const harm of left) await run(harm);
  };
  await Promise.all(Array.from({ length: 16 }, oneByOne));
}

/** Names each of which a flipped bit makes another of. */
const names = ['a', 'b', 'c', '`'];

describe('a bit that is flipped anywhere on the way', () => {
  test('of a get has it fail, or changes nothing', { timeout: 120_000 }, async () => {
    const [there, here] = [folder(), folder()];
    for (const name of names) writeFileSync(join(there, name), `this is ${name}`);
    const port = await serving(there);
    for (const hash of [true, false]) {
      for (const [at, harm] of harms(50, 190).entries()) {
        const wanted = join(here, `${hash}-${at}`);
        const done = await throughHarm(port, harm, (session) => get(session, 'a', fileTarget(wanted), { hash }));
        expect(existsSync(wanted), JSON.stringify(harm)).toBe(done);
        // Without the hash, a bit of the content itself is not seen.
        if (done && (hash || harm.flipClient !== undefined)) expect(readFileSync(wanted, 'utf8')).toBe('this is a');
      }
    }
  });

  test('of a list has it fail, or changes nothing', { timeout: 120_000 }, async () => {
    const there = folder();
    for (const name of names) mkdirSync(join(there, name));
    for (const name of names) writeFileSync(join(there, name, `in ${name}`), '');
    const port = await serving(there);
    let right: unknown;
    for (const harm of [{}, ...harms(20, 210)]) {
      let listed: unknown;
      const done = await throughHarm(port, harm, async (session) => {
        listed = await list(session, 'a');
      });
      right ??= listed;
      if (done) expect(listed, JSON.stringify(harm)).toEqual(right);
    }
    expect(right).toMatchObject([{ name: 'in a', type: 'file', size: 0 }]);
  });

  test('of a put has it fail, and what is there is right', { timeout: 120_000 }, async () => {
    const local = join(folder(), 'local');
    writeFileSync(local, 'this is a');
    await manyAtOnce(harms(210, 130), async (harm) => {
      const there = folder();
      const port = await serving(there);
      const done = await throughHarm(port, harm, (session) => put(session, 'a', fileInput(local), { hash: sha256 }));
      const found = () => readdirSync(there).filter((name) => name !== 'a');
      await expect.poll(found, { message: JSON.stringify(harm), interval: 2 }).toEqual([]);
      if (done || existsSync(join(there, 'a'))) expect(readFileSync(join(there, 'a'), 'utf8')).toBe('this is a');
    });
  });
});

describe('what is no files service', () => {
  test('is not taken for one that has nothing', { timeout: 30_000 }, async () => {
    const here = folder();
    const { port } = await server('echo', '-q');
    const said = { status: 1, stderr: 'wireline: the server does not answer as a files service does\n' };
    expect(await run(['ls', 'localhost', port])).toMatchObject(said);
    for (const more of [[], ['--no-hash']]) {
      expect(await run(['get', 'localhost', port, 'x', '-o', join(here, 'x'), ...more])).toMatchObject(said);
    }
    expect(await run(['put', 'localhost', port, '-', '--name', 'x'], 'content')).toMatchObject(said);
    expect(readdirSync(here)).toEqual([]);
  });
});
