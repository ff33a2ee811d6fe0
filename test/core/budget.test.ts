import { expect, test } from 'vitest';
import { Budget } from '../../src/core/index.js';
import { ManualClock } from '../../src/testing/index.js';

const kib = 1024;

function budgetOf(max: number) {
  const clock = new ManualClock();
  const budget = new Budget(max, clock);
  const told: string[] = [];
  const join = (name: string) => {
    const state = { moved: 0, excused: false };
    const share = budget.share(
      { close: (reason) => void told.push(`${name} ${reason}`) },
      { moved: () => state.moved, excused: () => state.excused, onRoom: () => void told.push(`${name} room`) },
    );
    return { state, share };
  };
  return { clock, budget, told, join };
}

test('counts what its shares hold, and forgets those that have left', () => {
  const { budget, join } = budgetOf(1000);
  const [a, b] = [join('a'), join('b')];
  a.share.set(300);
  b.share.set(200);
  a.share.set(100);
  expect(budget.used).toBe(300);
  a.share.leave();
  a.share.leave();
  a.share.set(500);
  expect(budget.used).toBe(200);
});

test('tells those that waited when there is room, each once', () => {
  const { told, join } = budgetOf(1000);
  const [a, b, c] = [join('a'), join('b'), join('c')];
  a.share.set(1000);
  expect([b.share.fits(), c.share.fits()]).toEqual([false, false]);
  a.share.set(950);
  expect(told).toEqual([]);
  c.share.leave();
  a.share.set(900);
  a.share.set(100);
  expect(told).toEqual(['b room']);
  expect(b.share.fits()).toBe(true);
});

test('closes nobody while there is room, however long they stand still', () => {
  const { clock, told, join } = budgetOf(1000);
  join('a').share.set(900);
  clock.pass(60_000);
  expect(told).toEqual([]);
});

test('closes who holds most and stands still for a second, and no more than are needed', () => {
  const { clock, budget, told, join } = budgetOf(1000 * kib);
  const held = [10, 400, 200, 300].map((size, i) => {
    const one = join(`${i}`);
    one.share.set(size * kib);
    return one;
  });
  const [, largest] = held;
  for (let passed = 0; passed < 1000; passed += 250) {
    expect(told).toEqual([]);
    clock.pass(250);
    // It moves a part of what it holds that counts.
    if (largest) largest.state.moved += 10 * kib;
  }
  expect(told).toEqual(['3 slow']);
  expect(budget.used).toBe(610 * kib);
  clock.pass(60_000);
  expect(told).toEqual(['3 slow']);
});

test('a byte now and then is no movement', () => {
  const { clock, told, join } = budgetOf(1000 * kib);
  const { share, state } = join('drip');
  share.set(950 * kib);
  for (let i = 0; i < 5; i++) {
    state.moved++;
    clock.pass(250);
  }
  expect(told).toEqual(['drip slow']);
});

test('spares who waits for us, and looks again for as long as it is tight', () => {
  const { clock, told, join } = budgetOf(1000);
  const [a, b] = [join('a'), join('b')];
  a.state.excused = true;
  a.share.set(950);
  b.share.set(1);
  clock.pass(1250);
  expect(told).toEqual(['b slow']);
  clock.pass(10_000);
  expect(told).toEqual(['b slow']);
  a.state.excused = false;
  clock.pass(1250);
  expect(told).toEqual(['b slow', 'a slow']);
});
