import { expect, test } from 'vitest';
import { countedRefusals } from '../../src/cli/refusals.js';
import { ManualClock } from '../../src/testing/index.js';

test('refused connections are logged once per second and reason, with a count', () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const refused = countedRefusals(
    (remote, { reason }) => void lines.push(`${remote} ${reason}`),
    (count, last, { reason }) => void lines.push(`${count} more ${reason}, last ${last}`),
    clock,
  );
  for (let i = 1; i <= 100; i++) refused(`a:${i}`, { reason: 'too-many' });
  refused('b:1', { reason: 'failed' });
  expect(lines).toEqual(['a:1 too-many', 'b:1 failed']);
  clock.pass(1000);
  expect(lines.slice(2)).toEqual(['99 more too-many, last a:100']);
  refused('a:101', { reason: 'too-many' });
  clock.pass(1000);
  expect(lines.slice(3)).toEqual(['1 more too-many, last a:101']);
  clock.pass(1000);
  refused('a:102', { reason: 'too-many' });
  expect(lines.slice(4)).toEqual(['a:102 too-many']);
});
