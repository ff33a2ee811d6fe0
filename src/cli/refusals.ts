import { type Clock, type Closed, type Reason, systemClock } from '../core/index.js';
import type { Observer } from '../net/index.js';

/** Milliseconds in which refused connections are counted instead of being logged one by one. */
const countMs = 1000;

/** Refusals of one reason since the last line about them. */
interface Count {
  more: number;
  last: string;
}

/**
 * An observer that passes the first refusal of each reason on to `log`, counts those of the next second, and passes
 * them on to `logMany` as one. A flood of connections costs one line per second, and not one per connection.
 */
export function countedRefusals(
  log: NonNullable<Observer['refused']>,
  logMany: (count: number, last: string, why: Closed) => void,
  clock: Clock = systemClock,
): NonNullable<Observer['refused']> {
  const counts = new Map<Reason, Count>();
  const settle = (why: Closed, count: Count): void => {
    if (count.more === 0) return void counts.delete(why.reason);
    logMany(count.more, count.last, why);
    count.more = 0;
    clock.after(countMs, () => settle(why, count));
  };
  return (remote, why) => {
    const count = counts.get(why.reason);
    if (count) {
      count.more++;
      count.last = remote;
      return;
    }
    const first: Count = { more: 0, last: remote };
    counts.set(why.reason, first);
    clock.after(countMs, () => settle(why, first));
    log(remote, why);
  };
}
