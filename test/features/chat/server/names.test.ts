import { expect, test } from 'vitest';
import { NickRegistry } from '../../../../src/features/chat/server/nick-registry.js';
import { ManualClock } from '../../../../src/testing/index.js';

const ann = { who: 'ann' };
const bob = { who: 'bob' };

function names(holdMs = 1000) {
  const clock = new ManualClock();
  return { clock, names: new NickRegistry<object>(clock, holdMs) };
}

test('a name is one member’s, in any case', () => {
  const { names: given } = names();
  expect(given.acquire('Ann', 'a', ann)).toBeUndefined();
  expect(() => given.acquire('ANN', 'b', bob)).toThrow('Ann is in use');
  expect(given.find('ann')).toBe(ann);
});

test('a name is held for its owner alone, and for a time only', () => {
  const { clock, names: given } = names();
  given.acquire('Ann', 'a', ann);
  given.release('Ann', ann, true);
  expect(given.find('ann')).toBeUndefined();
  expect(() => given.acquire('ann', 'b', bob)).toThrow('held for 1 s');
  clock.pass(999);
  expect(given.acquire('Ann', 'a', ann)).toBeUndefined();
  given.release('Ann', ann, true);
  clock.pass(1000);
  given.acquire('ann', 'b', bob);
  expect(given.find('Ann')).toBe(bob);
});

test('who comes again before its old connection is known to be lost takes over, and the old one takes nothing away', () => {
  const { names: given } = names();
  given.acquire('Ann', 'a', ann);
  expect(given.acquire('Ann', 'a', bob)).toBe(ann);
  given.release('Ann', ann, true);
  expect(given.find('Ann')).toBe(bob);
});

test('a name that is given up is free at once', () => {
  const { names: given } = names();
  given.acquire('Ann', 'a', ann);
  given.release('Ann', ann, false);
  expect(given.acquire('Ann', 'b', bob)).toBeUndefined();
});

test('guests get names that nobody has', () => {
  const { names: given } = names();
  given.acquire('guest-2', 'a', ann);
  expect([given.guest(), given.guest()]).toEqual(['guest-1', 'guest-3']);
});

test('a flood of names does not stay, and frees nobody’s', () => {
  const { names: given } = names();
  const hold = (name: string, address: string) => {
    const member = {};
    given.acquire(name, `owner of ${name}`, member);
    given.release(name, member, true, address);
  };
  hold('ann', '10.0.0.1');
  for (let i = 0; i < 105; i++) hold(`n${i}`, '10.0.0.2');
  // One address has a hundred held.
  expect(() => given.acquire('n99', 'other', bob)).toThrow('held for 1 s');
  expect(given.acquire('n100', 'other', bob)).toBeUndefined();
  for (let i = 0; i < 10_005; i++) hold(`m${i}`, `10.1.${i % 200}.1`);
  expect(() => given.acquire('ann', 'other', bob)).toThrow('held for 1 s');
  expect(() => given.acquire('m1', 'other', bob)).toThrow('held for 1 s');
  expect(given.acquire('m10004', 'other', bob)).toBeUndefined();
});
