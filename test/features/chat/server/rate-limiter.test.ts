import { expect, test } from 'vitest';
import { AddressBuckets } from '../../../../src/core/bucket.js';
import { RateLimiter } from '../../../../src/features/chat/server/rate-limiter.js';
import { ManualClock } from '../../../../src/testing/index.js';

function limiterOf(options: { rate?: number; burst?: number; maxDelayMs?: number } = {}) {
  const clock = new ManualClock();
  const events: string[] = [];
  const pace = new RateLimiter<string>(
    clock,
    { rate: 10, burst: 3, maxDelayMs: 1000, ...options },
    {
      run: (message) => events.push(message),
      refuse: (message) => events.push(`refused ${message}`),
      onThrottle: () => events.push('delayed'),
      onResume: () => events.push('caught up'),
    },
  );
  const take = (...messages: string[]) => {
    for (const message of messages) pace.take(message);
  };
  return { clock, events, pace, take };
}

test('a burst passes at once, and the rest at its pace and in order', () => {
  const { clock, events, take } = limiterOf();
  take('1', '2', '3', '4', '5');
  expect(events).toEqual(['1', '2', '3', 'delayed']);
  clock.pass(100);
  expect(events.slice(4)).toEqual(['4']);
  clock.pass(100);
  expect(events.slice(5)).toEqual(['5', 'caught up']);
});

test('tokens come back with time, up to a burst', () => {
  const { clock, events, take } = limiterOf();
  take('1', '2', '3');
  clock.pass(60_000);
  take('4', '5', '6', '7');
  expect(events).toEqual(['1', '2', '3', '4', '5', '6', 'delayed']);
});

test('what would wait too long is refused, and only that', () => {
  const { clock, events, take } = limiterOf({ rate: 10, burst: 1, maxDelayMs: 200 });
  take('1', '2', '3', '4', '5', '6');
  expect(events).toEqual(['1', 'delayed', 'refused 5', 'refused 6']);
  clock.pass(1000);
  expect(events.filter((event) => /^\d$/.test(event))).toEqual(['1', '2', '3', '4']);
});

test('no rate is no limit', () => {
  const { events, take } = limiterOf({ rate: 0, burst: 1 });
  take('1', '2', '3');
  expect(events).toEqual(['1', '2', '3']);
});

test('stopped, nothing runs any more', () => {
  const { clock, events, pace, take } = limiterOf({ burst: 1 });
  take('1', '2');
  pace.stop();
  clock.pass(10_000);
  expect(events).toEqual(['1', 'delayed']);
});

test('a long message costs as much as several, and is followed by as long a wait', () => {
  const { clock, events, pace } = limiterOf({ burst: 3 });
  pace.take('long', 64 * 1024);
  pace.take('next');
  expect(events).toEqual(['long', 'delayed']);
  // Five of three tokens are gone: it takes 0.3 s until there is one again.
  clock.pass(299);
  expect(events).toEqual(['long', 'delayed']);
  clock.pass(2);
  expect(events).toEqual(['long', 'delayed', 'next', 'caught up']);
});

/** Two members of one address. */
function pairOfPaces(rates = { rate: 10, burst: 4 }) {
  const clock = new ManualClock();
  const options = { ...rates, maxDelayMs: 1_000_000 };
  const addresses = new AddressBuckets(clock, options);
  const events: string[] = [];
  const limiterOf = (name: string) =>
    new RateLimiter<string>(
      clock,
      options,
      {
        run: (message) => events.push(`${name} ${message}`),
        refuse: (message) => events.push(`${name} refused ${message}`),
        onThrottle: (why) => events.push(`${name} ${why}`),
        onResume: () => events.push(`${name} caught up`),
      },
      addresses.enter({ host: '192.0.2.1', port: 1 }),
    );
  return { clock, events, one: limiterOf('one'), two: limiterOf('two') };
}

test('an answer is paid from what a member may ask for, and not from what it may say', () => {
  const { clock, events, one } = pairOfPaces();
  one.take('history', 0, 'asked');
  one.charge(64 * 1024);
  one.take('hello');
  one.take('ping', 0, 'free');
  expect(events).toEqual(['one history', 'one hello', 'one ping']);
  one.take('history', 0, 'asked');
  expect(events.slice(3)).toEqual(['one you are asking for more than is allowed: answers are delayed']);
  clock.pass(100);
  expect(events.slice(4)).toEqual(['one history', 'one caught up']);
});

test('what one member costs slows what another of its address asks for, and never its pings or 64 KiB per second', () => {
  const { clock, events, one, two } = pairOfPaces({ rate: 1, burst: 100 });
  // A full bucket of the address is 1,600 tokens of 16 KiB, and a bucket of debt is the most that it takes.
  one.charge(100 * 1024 * 1024);
  two.take('ping', 0, 'free');
  two.take('65 KiB', 65 * 1024);
  two.take('more');
  expect(events).toEqual([
    'two ping',
    'two 65 KiB',
    'two your address sends and asks for more than is allowed: messages are delayed',
  ]);
  clock.pass(20);
  expect(events.slice(3)).toEqual(['two more', 'two caught up']);
  two.take('history', 0, 'asked');
  clock.pass(90_000);
  expect(events.length).toBe(6);
  clock.pass(20_000);
  expect(events.slice(6)).toEqual(['two history', 'two caught up']);
});
