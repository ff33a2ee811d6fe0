import { expect, test } from 'vitest';
import { echo } from '../src/features/echo/server.js';
import { transform } from '../src/features/transform/server/transform.js';
import { builtIn } from '../src/features/transform/server/transforms.js';
import { framed, jsonLines, lines, text } from '../src/framing/index.js';
import { idle } from '../src/net/index.js';
import { channelTo, ManualClock } from '../src/testing/index.js';

test('a channel onto a service needs no socket', async () => {
  const channel = channelTo(transform({ codec: text(), make: builtIn('upper') as never }), lines());
  await channel.send('hello');
  expect(String(Buffer.from((await channel.next()) as Uint8Array))).toBe('HELLO');
  channel.end();
  expect(await channel.next()).toBe(undefined);
  expect((await channel.closed).reason).toBe('ended');
});

test('a service of one’s own, with messages of two types', async () => {
  const sums = framed(jsonLines<{ add: number[] }, { sum: number }>(), (peer) => ({
    data: ({ add }) => peer.write({ sum: add.reduce((a, b) => a + b, 0) }),
  }));
  await using channel = channelTo(sums, jsonLines<{ sum: number }, { add: number[] }>());
  await channel.send({ add: [1, 2] });
  expect(await channel.next({ timeoutMs: 1_000 })).toEqual({ sum: 3 });
});

test('time passes when the test says so', async () => {
  const clock = new ManualClock();
  const channel = channelTo(idle(60_000, echo(), clock), lines());
  await channel.send('x');
  await channel.next();
  clock.pass(60_000);
  expect((await channel.closed).reason).toBe('reset');
});

test('the package has the entries for tests', async () => {
  const testing = (await import('../dist/testing.js' as string)) as Record<string, unknown>;
  expect(Object.keys(testing).sort()).toEqual(['ManualClock', 'channelTo', 'memoryPair']);
});
