import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serverOn, until } from '../support/cli.js';
import { removeFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { cuttingProxy, Heard } from '../support/swarm.js';

/** Numbers that look random and are the same in each run (a linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wireline-chat-'));
  onTestFinished(() => removeFolder(folder));
  return join(folder, 'chat.db');
}

const chatServer = (file: string, port: string | number) =>
  serverOn(port, 'chat', '-q', '--rate', '0', '--store', `sqlite:${file}`);

/** Nothing acknowledged is missing, nothing is twice, and all agree on one order. */
function expectAgreement(members: readonly Heard[]): void {
  const [first] = members as [Heard];
  for (const member of members) {
    const differs = member.hashes.findIndex((hash, at) => hash !== first.hashes[at]);
    expect({ name: member.name, differs, heard: member.entries.length }).toEqual({
      name: member.name,
      differs: -1,
      heard: first.entries.length,
    });
    expect(member.missed).toEqual([]);
    expect(member.failed).toEqual([]);
    expect(member.acknowledged.size).toBe(member.said);
  }
  expect(first.entries.map(({ number }) => number)).toEqual(first.entries.map((_, at) => at + 1));
  const bodies = first.entries.map(({ body }) => body);
  expect(new Set(bodies).size).toBe(bodies.length);
  for (const { acknowledged } of members) {
    for (const [body, number] of acknowledged) expect(bodies[number - 1]).toBe(body);
  }
  expect(bodies.length).toBe(members.reduce((sum, { said }) => sum + said, 0));
}

describe('a chat', () => {
  test('loses nothing and says nothing twice: 50 members are cut at random, and the server is killed', async () => {
    const random = seeded(20261121);
    const file = freshFile();
    let server = await chatServer(file, await freePort());
    const { port } = server;
    const proxy = await cuttingProxy(Number(port));
    const members = Array.from({ length: 50 }, (_, at) => new Heard(proxy.port, `m${at}`, 1_000_000));
    await until(() => members.every(({ joins }) => joins > 0), 'all have joined');
    // Each says 20 things between two kills: a kill comes when half of them were heard.
    let wanted = 20;
    const talking = setInterval(() => {
      for (const member of members) if (member.said < wanted && random() < 0.5) member.say();
      if (random() < 0.5) proxy.cutOne(random);
    }, 10);
    onTestFinished(() => clearInterval(talking));
    for (let kills = 1; kills <= 4; kills++) {
      const half = (wanted - 10) * members.length;
      // By anybody: one member may be cut again and again, and waits longer each time.
      await until(() => members.some(({ entries }) => entries.length >= half), `somebody has heard ${half}`);
      await server.stop('SIGKILL');
      server = await chatServer(file, port);
      wanted += 20;
    }
    await until(() => members.every(({ said }) => said === wanted), 'all was said');
    clearInterval(talking);
    const total = members.length * wanted;
    await until(
      () => members.every(({ client, entries }) => client.unsent === 0 && entries.length === total),
      'all was heard',
    );
    expectAgreement(members);
  }, 60_000);
});
