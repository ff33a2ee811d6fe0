import { expect, test } from 'vitest';
import { echo } from '../../../src/features/echo/server.js';
import { memoryPair } from '../../../src/net/index.js';
import { ManualClock } from '../../../src/testing/index.js';
import { Recorder } from '../../support/recorder.js';

const MiB = 1024 * 1024;

/** A service whose memory eight clients fill that never read, and a way to connect to it. */
function crowded() {
  const clock = new ManualClock();
  const service = echo({ buffer: 2 * MiB, memory: 16 * MiB, clock });
  const connect = (reads: boolean) => {
    const client = new Recorder(reads ? {} : { start: (peer) => peer.pause() });
    const [peer] = memoryPair(client.service, service);
    const send = (size: number) => {
      for (let left = size; left > 0; left -= 64 * 1024) peer.write(new Uint8Array(64 * 1024));
    };
    return { client, peer, send };
  };
  const hoarders = Array.from({ length: 8 }, () => connect(false));
  for (const { send } of hoarders) send(2 * MiB);
  return { clock, connect, hoarders };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a client that sends all before it reads finds its buffer, also where others fill the memory and never read', async () => {
  const { clock, connect, hoarders } = crowded();
  await turn();
  const honest = connect(false);
  honest.send(1.5 * MiB);
  await turn();
  // There is no room: the rest of it waits.
  expect(honest.peer.backlog).toBeGreaterThan(MiB);
  for (let i = 0; i < 6; i++) {
    clock.pass(250);
    await turn();
  }
  expect(honest.peer.backlog).toBe(0);
  const open = hoarders.filter(({ peer }) => peer.state === 'open');
  expect(open.length).toBeGreaterThan(0);
  expect(open.length).toBeLessThan(8);
  honest.peer.resume();
  await honest.client.until(() => honest.client.size === 1.5 * MiB);
  expect(honest.peer.state).toBe('open');
});

test('a client that reads is not closed, however full the memory is', async () => {
  const { clock, connect } = crowded();
  await turn();
  const honest = connect(true);
  for (let i = 0; i < 20; i++) {
    honest.send(64 * 1024);
    clock.pass(250);
    await turn();
  }
  await honest.client.until(() => honest.client.size === 20 * 64 * 1024);
  expect(honest.peer.state).toBe('open');
});
