import { expect, test } from 'vitest';
import { Names } from '../../src/rooms/names.js';
import { ManualClock } from '../support/manual-clock.js';

const ann = { who: 'ann' };
const bob = { who: 'bob' };

function names(holdMs = 1000) {
  const clock = new ManualClock();
  return { clock, names: new Names<object>(clock, holdMs) };
}

test('a name is one member’s, in any case', () => {
  const { names: given } = names();
  expect(given.claim('Ann', 'a', ann)).toBeUndefined();
  expect(() => given.claim('ANN', 'b', bob)).toThrow('Ann is taken');
  expect(given.find('ann')).toBe(ann);
});

test('a name is held for its owner alone, and for a time only', () => {
  const { clock, names: given } = names();
  given.claim('Ann', 'a', ann);
  given.release('Ann', ann, true);
  expect(given.find('ann')).toBeUndefined();
  expect(() => given.claim('ann', 'b', bob)).toThrow('taken');
  clock.pass(999);
  expect(given.claim('Ann', 'a', ann)).toBeUndefined();
  given.release('Ann', ann, true);
  clock.pass(1000);
  given.claim('ann', 'b', bob);
  expect(given.find('Ann')).toBe(bob);
});

test('who comes again before its old connection is known to be lost takes over, and the old one takes nothing away', () => {
  const { names: given } = names();
  given.claim('Ann', 'a', ann);
  expect(given.claim('Ann', 'a', bob)).toBe(ann);
  given.release('Ann', ann, true);
  expect(given.find('Ann')).toBe(bob);
});

test('a name that is given up is free at once', () => {
  const { names: given } = names();
  given.claim('Ann', 'a', ann);
  given.release('Ann', ann, false);
  expect(given.claim('Ann', 'b', bob)).toBeUndefined();
});

test('guests get names that nobody has', () => {
  const { names: given } = names();
  given.claim('guest-2', 'a', ann);
  expect([given.free(), given.free()]).toEqual(['guest-1', 'guest-3']);
});

test('a flood of names does not stay', () => {
  const { names: given } = names();
  for (let i = 0; i < 10_005; i++) {
    const member = {};
    given.claim(`n${i}`, `o${i}`, member);
    given.release(`n${i}`, member, true);
  }
  expect(given.claim('n0', 'other', bob)).toBeUndefined();
  expect(() => given.claim('n10004', 'other', bob)).toThrow('taken');
});
