import { expect, test } from 'vitest';
import { AddressBuckets } from '../../../../src/core/bucket.js';
import { ListRateLimit, listRate } from '../../../../src/features/files/server/list-pace.js';
import { ManualClock } from '../../../../src/testing/index.js';

const MiB = 1024 * 1024;

function paces() {
  const clock = new ManualClock();
  const addresses = new AddressBuckets(clock, listRate);
  const begun: string[] = [];
  const of = (name: string) => {
    const pace = new ListRateLimit(addresses, { host: '192.0.2.1', port: 1 });
    return { pace, list: () => pace.take(() => begun.push(name)) };
  };
  return { clock, begun, of };
}

test('a list begins once those before it are paid for, and once', () => {
  const { clock, begun, of } = paces();
  const { pace, list } = of('a');
  list();
  pace.charge(16 * MiB);
  expect(begun).toEqual(['a']);
  pace.charge(2 * MiB);
  list();
  list();
  clock.pass(1900);
  expect(begun).toEqual(['a']);
  clock.pass(200);
  expect(begun).toEqual(['a', 'a']);
});

test('connections of one address pay together, and one that is over begins nothing', () => {
  const { clock, begun, of } = paces();
  const others = Array.from({ length: 17 }, (_, at) => of(`${at}`));
  for (const { pace } of others) pace.charge(16 * MiB);
  const late = of('late');
  const gone = of('gone');
  late.list();
  gone.list();
  gone.pace.stop();
  expect(begun).toEqual([]);
  clock.pass(1100);
  expect(begun).toEqual(['late']);
});
