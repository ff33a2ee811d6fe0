import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/core/index.js';
import { idle, memoryPair } from '../../src/net/index.js';
import { ManualClock } from '../../src/testing/index.js';
import { bytes } from '../support/bytes.js';
import { type Behaviour, Recorder } from '../support/recorder.js';

describe('idle', () => {
  function pairOf(behaviour: Behaviour = {}, client: Behaviour = {}) {
    const clock = new ManualClock();
    const [left, right] = [new Recorder(client), new Recorder(behaviour)];
    memoryPair(left.service, idle(1000, right.service, clock));
    return { clock, left, right };
  }

  test('closes a peer that says nothing, and only when the time is over', async () => {
    const { clock, left, right } = pairOf();
    clock.pass(999);
    expect(right.peer.state).toBe('open');
    clock.pass(1);
    expect(await right.closed).toEqual({ reason: 'idle' });
    expect((await left.closed).reason).toBe('reset');
  });

  test('begins anew with what is received', async () => {
    const { clock, left, right } = pairOf();
    for (let said = 1; said <= 5; said++) {
      clock.pass(900);
      left.peer.write(bytes('x'));
      await right.until(() => right.size === said);
    }
    expect(right.peer.state).toBe('open');
    clock.pass(1000);
    expect(await right.closed).toEqual({ reason: 'idle' });
  });

  test('spares a peer that is not read from', async () => {
    const { clock, right } = pairOf({ start: (peer) => peer.pause() });
    clock.pass(10_000);
    expect(right.peer.state).toBe('open');
    right.peer.resume();
    clock.pass(1000);
    expect(await right.closed).toEqual({ reason: 'idle' });
  });

  test('spares a peer that has still to take what it was sent', async () => {
    const { clock, left, right } = pairOf({}, { start: (peer) => peer.pause() });
    right.peer.write(new Uint8Array(100_000));
    clock.pass(10_000);
    expect(right.peer.state).toBe('open');
    left.peer.resume();
    await right.saw('drain');
    clock.pass(999);
    expect(right.peer.state).toBe('open');
    clock.pass(1);
    expect(await right.closed).toEqual({ reason: 'idle' });
  });

  test('passes on all that happens, and waits no more when it is over', async () => {
    const { clock, left, right } = pairOf();
    left.peer.write(bytes('hello'));
    left.peer.end();
    expect(await right.closed).toEqual({ reason: 'ended' });
    expect(right.events).toEqual(['service', 'data', 'end', 'close']);
    clock.pass(10_000);
    expect(right.breaches).toEqual([]);
  });
});

test('the clock of the system waits, begins anew and gives up', () => {
  vi.useFakeTimers();
  let rung = 0;
  const timer = systemClock.after(100, () => void rung++);
  vi.advanceTimersByTime(99);
  timer.again();
  vi.advanceTimersByTime(99);
  expect(rung).toBe(0);
  vi.advanceTimersByTime(1);
  expect(rung).toBe(1);
  timer.again();
  vi.advanceTimersByTime(100);
  expect(rung).toBe(2);
  timer.again();
  timer.stop();
  vi.advanceTimersByTime(1000);
  timer.again();
  vi.advanceTimersByTime(100);
  expect(rung).toBe(3);
  vi.useRealTimers();
  expect(systemClock.now()).toBeLessThanOrEqual(systemClock.now());
});
