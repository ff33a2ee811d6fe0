import { describe, expect, test } from 'vitest';
import type { Connection, Reason } from '../../src/core/index.js';
import { serve } from '../../src/net/index.js';
import { StallWatch, type Taker } from '../../src/net/limits/stall.js';
import { ManualClock } from '../../src/testing/index.js';
import { plainClient } from '../support/client.js';
import { Recorder } from '../support/recorder.js';

class FakePeer implements Taker {
  state: Connection['state'] = 'open';
  backlog = 0;
  taken = 0;
  closed: Reason | undefined;

  close(reason: Reason): void {
    this.state = 'closed';
    this.closed = reason;
  }

  take(bytes: number): void {
    this.backlog -= bytes;
    this.taken += bytes;
  }
}

function watching(ms = 1000, tight = () => false) {
  const clock = new ManualClock();
  const watch = new StallWatch({ ms, tight, clock });
  const join = () => {
    const peer = new FakePeer();
    watch.add(peer);
    return peer;
  };
  return { clock, watch, join };
}

describe('a peer that does not take what it is sent', () => {
  test('is closed as slow when the time is over, and not before', () => {
    const { clock, join } = watching();
    const peer = join();
    clock.pass(10_000);
    peer.backlog = 500;
    clock.pass(1000);
    expect(peer.closed).toBeUndefined();
    clock.pass(250);
    expect(peer.closed).toBe('slow');
  });

  test('has its whole time anew with each byte that it takes, also while more is written', () => {
    const { clock, join } = watching();
    const peer = join();
    peer.backlog = 5;
    for (let i = 0; i < 10; i++) {
      clock.pass(900);
      peer.take(1);
      peer.backlog += 1000;
    }
    expect(peer.closed).toBeUndefined();
    // That more is written is no movement.
    for (let i = 0; i < 3; i++) {
      clock.pass(450);
      peer.backlog += 1000;
    }
    expect(peer.closed).toBe('slow');
  });

  test('may stay where there is no limit of time', () => {
    const { clock, join } = watching(0);
    const peer = join();
    peer.backlog = 5;
    clock.pass(10_000_000);
    expect(peer.closed).toBeUndefined();
  });
});

test('while places are short, those that are owed most and take nothing for a second are closed, and no others', () => {
  let free = true;
  const { clock, watch, join } = watching(60_000, () => !free);
  const peers = [0, 100, 300, 200].map((backlog) => Object.assign(join(), { backlog }));
  clock.pass(5000);
  expect(peers.map(({ closed }) => closed)).toEqual([undefined, undefined, undefined, undefined]);
  free = false;
  const newcomer = join();
  clock.pass(1000);
  expect(peers.map(({ closed }) => closed)).toEqual([undefined, undefined, 'slow', undefined]);
  watch.delete(peers[2] as FakePeer);
  clock.pass(250);
  expect(peers[3]?.closed).toBe('slow');
  free = true;
  clock.pass(10_000);
  expect([...peers, newcomer].filter(({ closed }) => closed)).toHaveLength(2);
});

test('a server closes a client that never reads, and keeps one that is only silent', async () => {
  const clock = new ManualClock();
  const [deaf, silent] = [new Recorder(), new Recorder()];
  const handlers = [deaf.service, silent.service];
  const server = await serve((peer) => (handlers.shift() as typeof deaf.service)(peer), '127.0.0.1:0', {
    stallMs: 1000,
    clock,
  });
  await plainClient(server.address);
  await deaf.saw('service');
  await plainClient(server.address);
  await silent.saw('service');
  while (deaf.peer.write(new Uint8Array(1024 * 1024)));
  for (let i = 0; i < 6; i++) clock.pass(250);
  expect((await deaf.closed).reason).toBe('slow');
  expect(silent.peer.state).toBe('open');
  await server.close();
});
