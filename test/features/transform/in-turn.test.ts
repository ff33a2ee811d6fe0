import { expect, test } from 'vitest';
import { InTurn } from '../../../src/features/transform/worker/in-turn.js';

/** Tasks that end when the test says so, at a time that it says. */
function byHand(most: number) {
  let time = 0;
  const turns = new InTurn(most, () => time);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const all: Promise<void>[] = [];
  const ask = (owner: object, name: string) => {
    const task = () =>
      new Promise<void>((resolve) => {
        begun.push(name);
        ends.set(name, resolve);
      });
    all.push(turns.run(owner, task));
  };
  const end = async (name: string, ms = 1) => {
    time += ms;
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { begun, ask, end, all };
}

test('no more than so many run at a time, and owners take turns', async () => {
  const { begun, ask, end, all } = byHand(2);
  const [a, b] = [{}, {}];
  for (let at = 1; at < 5; at++) ask(a, `a${at}`);
  ask(b, 'b1');
  ask(b, 'b2');
  expect(begun).toEqual(['a1', 'a2']);
  for (const name of ['a1', 'a2', 'a3', 'b1', 'a4', 'b2']) await end(name);
  expect(begun).toEqual(['a1', 'a2', 'a3', 'b1', 'a4', 'b2']);
  await Promise.all(all);
});

test('one that comes new waits for no task of those that were slow before', async () => {
  const { begun, ask, end } = byHand(1);
  const loops = Array.from({ length: 10 }, () => ({}));
  for (const [at, owner] of loops.entries()) for (const round of [1, 2, 3]) ask(owner, `loop ${at} ${round}`);
  while (!loops.every((_, at) => begun.includes(`loop ${at} 2`))) await end(begun.at(-1) as string, 5_000);
  ask({}, 'new');
  await end(begun.at(-1) as string, 5_000);
  expect(begun.at(-1)).toBe('new');
});

test('those that are slow have one turn in four, however many others wait', async () => {
  const { begun, ask, end } = byHand(1);
  const slow = {};
  ask(slow, 'slow 1');
  ask(slow, 'slow 2');
  ask(slow, 'slow 3');
  for (let at = 0; at < 20; at++) ask({}, `quick ${at}`);
  await end('slow 1', 1_000);
  while (begun.length < 11) await end(begun.at(-1) as string, begun.at(-1)?.startsWith('slow') ? 1_000 : 1);
  const slowOnes = begun.flatMap((name, at) => (name.startsWith('slow') ? [at] : []));
  expect(slowOnes).toEqual([0, 4, 8]);
});

test('a task that rejects gives its place to the next', async () => {
  const turns = new InTurn(1);
  const failed = turns.run({}, () => Promise.reject(new Error('no')));
  const next = turns.run({}, async () => 'next');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('next');
});
