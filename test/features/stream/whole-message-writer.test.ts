import { describe, expect, test } from 'vitest';
import type { MessageWriter, Output, Source } from '../../../src/core/index.js';
import {
  WholeMessageWriter,
  type WholeMessageWriterOptions,
} from '../../../src/features/stream/server/whole-message-writer.js';
import { SpoolBudget } from '../../../src/io/spool.js';
import { ManualClock } from '../../../src/testing/index.js';
import { bytes, latin1 } from '../../support/bytes.js';

/** An output that a test blocks, drains and breaks. */
class TestOutput implements Output {
  written = '';
  state: 'ready' | 'blocked' | 'failed' = 'ready';
  #waiting: (() => void)[] = [];

  write(chunk: Uint8Array): boolean {
    if (this.state !== 'failed') this.written += latin1(chunk);
    return this.state === 'ready';
  }

  whenDrained(run: () => void): void {
    if (this.state === 'ready') run();
    else this.#waiting.push(run);
  }

  drain(): void {
    this.state = 'ready';
    for (const run of this.#waiting.splice(0)) run();
  }
}

/** Who sends a message, and all that it was told: `pause`, `resume`, `done`, `stalled`. */
interface Sending {
  readonly told: string[];
  readonly message: MessageWriter;
  say(words: string): void;
}

function outletOf(options: Partial<WholeMessageWriterOptions> = {}, spoolMax = 1_000_000) {
  const output = new TestOutput();
  const clock = new ManualClock();
  const budget = new SpoolBudget(spoolMax);
  const outlet = new WholeMessageWriter({
    output,
    clock,
    spool: () => budget.spool(),
    claimAfterBytes: 10,
    stallMs: 1000,
    leastBytes: 1,
    ...options,
  });
  const begin = (): Sending => {
    const told: string[] = [];
    const source: Source = {
      remote: 'test',
      pause: () => void told.push('pause'),
      resume: () => void told.push('resume'),
      done: () => void told.push('done'),
      abort: (reason) => void told.push(reason),
    };
    const message = outlet.begin(source);
    return { told, message, say: (words) => message.add(bytes(words)) };
  };
  return { output, clock, budget, begin };
}

describe('messages through one output', () => {
  test('are written whole, in the order in which they are complete', () => {
    const { output, begin, budget } = outletOf();
    const [first, second] = [begin(), begin()];
    first.say('fir');
    second.say('sec');
    first.say('st');
    expect(output.written).toBe('');
    second.say('ond');
    second.message.finish();
    expect(output.written).toBe('second');
    expect(second.told).toEqual(['done']);
    first.message.finish();
    expect(output.written).toBe('secondfirst');
    expect(first.told).toEqual(['done']);
    expect(budget).toMatchObject({ used: 0, memory: 0 });
  });

  test('of no bytes are done at once', () => {
    const { output, begin } = outletOf();
    const empty = begin();
    empty.message.finish();
    expect([output.written, empty.told]).toEqual(['', ['done']]);
  });

  test('that outgrow their spool stream from then on, and nobody else is written meanwhile', () => {
    const { output, begin } = outletOf();
    const [large, other, grown] = [begin(), begin(), begin()];
    large.say('L'.repeat(10));
    expect(output.written).toBe('');
    large.say('L');
    expect(output.written).toBe('L'.repeat(11));
    other.say('other');
    other.message.finish();
    grown.say('G'.repeat(11));
    large.say('LL');
    expect(output.written).toBe('L'.repeat(13));
    expect([other.told, grown.told]).toEqual([[], []]);
    large.message.finish();
    // `grown` has asked after `other`, and streams now.
    expect(output.written).toBe(`${'L'.repeat(13)}other${'G'.repeat(11)}`);
    grown.say('g');
    expect(output.written.endsWith('Gg')).toBe(true);
    grown.message.finish();
    expect([large.told, other.told, grown.told]).toEqual([['done'], ['done'], ['done']]);
  });

  test('that are given up leave nothing if they have not begun, and let the next one go on if they have', () => {
    const { output, begin, budget } = outletOf();
    const [unseen, seen, next] = [begin(), begin(), begin()];
    unseen.say('unseen');
    unseen.message.abort();
    seen.say('S'.repeat(11));
    next.say('next');
    next.message.finish();
    seen.message.abort();
    expect(output.written).toBe(`${'S'.repeat(11)}next`);
    expect([unseen.told, seen.told, next.told]).toEqual([[], [], ['done']]);
    // What comes after that is for nobody.
    seen.say('more');
    seen.message.finish();
    seen.message.abort();
    expect(output.written).toBe(`${'S'.repeat(11)}next`);
    expect(budget).toMatchObject({ used: 0, memory: 0 });
  });

  test('are mixed at no time, whoever adds to whichever, finishes or leaves', () => {
    let state = 1;
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    const { output, begin, budget } = outletOf();
    const senders = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => {
      return { letter, sending: begin(), added: 0, state: 'coming' as 'coming' | 'whole' | 'gone' };
    });
    for (let step = 0; step < 2000; step++) {
      const one = senders[random(26)] as (typeof senders)[number];
      if (one.state === 'coming') {
        const size = 1 + random(5);
        const end = random(40);
        one.sending.say(one.letter.repeat(size));
        one.added += size;
        if (end === 0) one.sending.message.finish();
        if (end === 1) one.sending.message.abort();
        one.state = end > 1 ? 'coming' : end === 0 ? 'whole' : 'gone';
      }
      if (random(10) === 0) output.state = 'blocked';
      if (random(5) === 0) output.drain();
    }
    output.drain();
    for (const { sending } of senders) sending.message.finish();
    const runs = new Map((output.written.match(/(.)\1*/g) ?? []).map((run) => [run[0], run.length]));
    // Each letter is in one run.
    expect([...runs.values()].reduce((sum, size) => sum + size, 0)).toBe(output.written.length);
    for (const { letter, added, state, sending } of senders) {
      expect(sending.told.includes('done')).toBe(state !== 'gone');
      if (state !== 'gone') expect(runs.get(letter)).toBe(added);
    }
    expect(budget).toMatchObject({ used: 0, memory: 0 });
  });
});

describe('an output that is full', () => {
  test('pauses who writes to it, and lets it go on once it has drained', () => {
    const { output, begin } = outletOf();
    const large = begin();
    large.say('L'.repeat(11));
    output.state = 'blocked';
    large.say('l');
    expect(large.told).toEqual(['pause']);
    // What was read already comes all the same.
    large.say('m');
    expect(output.written).toBe(`${'L'.repeat(11)}l`);
    output.drain();
    expect(output.written).toBe(`${'L'.repeat(11)}lm`);
    expect(large.told).toEqual(['pause', 'resume']);
    output.state = 'blocked';
    large.say('n');
    large.message.finish();
    expect(large.told).toEqual(['pause', 'resume', 'pause']);
    output.drain();
    expect(large.told).toEqual(['pause', 'resume', 'pause', 'done']);
  });

  test('is the receipt of no message: none is done before its last byte is taken', () => {
    const { output, begin } = outletOf();
    output.state = 'blocked';
    const [first, second] = [begin(), begin()];
    for (const [sending, words] of [
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      sending.say(words);
      sending.message.finish();
    }
    expect([first.told, second.told]).toEqual([[], []]);
    output.drain();
    expect([first.told, second.told]).toEqual([['done'], ['done']]);
    expect(output.written).toBe('firstsecond');
  });

  test('or has failed: nothing is done, nobody is blamed, and what comes is bounded', () => {
    const { output, begin, clock } = outletOf({}, 1000);
    const [holder, other] = [begin(), begin()];
    holder.say('H'.repeat(11));
    output.state = 'failed';
    holder.say('h');
    expect(holder.told).toEqual(['pause']);
    other.say('x'.repeat(1000));
    expect(other.told).toEqual(['pause']);
    clock.pass(60_000);
    expect([holder.told, other.told]).toEqual([['pause'], ['pause']]);
    // They end with their connections.
    holder.message.abort();
    other.message.abort();
    expect(output.written).toBe('H'.repeat(11));
  });
});

describe('the spool', () => {
  test('that is full pauses who waits, and lets it go on when it has the turn', () => {
    const { output, begin } = outletOf({}, 1000);
    const [holder, waiting] = [begin(), begin()];
    holder.say('H'.repeat(11));
    waiting.say('w'.repeat(600));
    expect(waiting.told).toEqual([]);
    waiting.say('w'.repeat(400));
    expect(waiting.told).toEqual(['pause']);
    waiting.say('w');
    expect(waiting.told).toEqual(['pause']);
    holder.message.finish();
    expect(waiting.told).toEqual(['pause', 'resume']);
    expect(output.written).toBe('H'.repeat(11) + 'w'.repeat(1001));
  });

  test('that is full makes a small message ask for its turn, as only the output makes room', () => {
    const { output, begin } = outletOf({ claimAfterBytes: 5000 }, 1000);
    const [small, other] = [begin(), begin()];
    small.say('s'.repeat(999));
    other.say('oo');
    // `other` is over the bound: it is written, and goes on.
    expect(other.told).toEqual(['pause', 'resume']);
    expect(output.written).toBe('oo');
    other.message.finish();
    small.message.finish();
    expect(output.written).toBe(`oo${'s'.repeat(999)}`);
    expect([small.told, other.told]).toEqual([['done'], ['pause', 'resume', 'done']]);
  });
});

describe('a message that has the turn and stops', () => {
  test('is given up after the stall while others wait, and they go on', () => {
    const { output, begin, clock } = outletOf();
    const [stalled, next] = [begin(), begin()];
    stalled.say('S'.repeat(11));
    next.say('next');
    next.message.finish();
    clock.pass(999);
    expect(stalled.told).toEqual([]);
    clock.pass(1);
    expect(stalled.told).toEqual(['stalled']);
    expect(output.written).toBe(`${'S'.repeat(11)}next`);
    expect(next.told).toEqual(['done']);
  });

  test('may take its time while nobody waits, and has all of it when somebody comes', () => {
    const { begin, clock } = outletOf();
    const slow = begin();
    slow.say('S'.repeat(11));
    clock.pass(100_000);
    expect(slow.told).toEqual([]);
    const next = begin();
    next.say('next');
    // An unfinished message that is small does not ask.
    clock.pass(100_000);
    expect(slow.told).toEqual([]);
    next.message.finish();
    clock.pass(999);
    expect(slow.told).toEqual([]);
    slow.say('s');
    clock.pass(1000);
    expect(slow.told).toEqual([]);
    clock.pass(1);
    expect(slow.told).toEqual(['stalled']);
    expect(next.told).toEqual(['done']);
  });

  test('is given up where it brings a little at a time, and goes on where it brings enough', () => {
    const { output, begin, clock } = outletOf({ leastBytes: 100 });
    const [dripping, next] = [begin(), begin()];
    dripping.say('S'.repeat(11));
    next.message.finish();
    for (let second = 0; second < 3; second++) {
      dripping.say('s'.repeat(100));
      clock.pass(1000);
      expect(dripping.told).toEqual([]);
    }
    for (let drop = 0; drop < 10; drop++) {
      dripping.say('s');
      clock.pass(99);
    }
    clock.pass(10);
    expect(dripping.told).toEqual(['stalled']);
    expect(next.told).toEqual(['done']);
    expect(output.written.length).toBe(321);
  });

  test('is followed by those that are complete, before those that have only grown', () => {
    const { output, begin } = outletOf();
    const [holder, grown, whole, late] = [begin(), begin(), begin(), begin()];
    holder.say('H'.repeat(11));
    grown.say('G'.repeat(11));
    late.say('L'.repeat(11));
    whole.say('whole');
    whole.message.finish();
    late.message.finish();
    holder.message.finish();
    expect(output.written).toBe(`${'H'.repeat(11)}whole${'L'.repeat(11)}${'G'.repeat(11)}`);
  });

  test('is not to blame while the output is full', () => {
    const { output, begin, clock } = outletOf();
    const [holder, next] = [begin(), begin()];
    holder.say('H'.repeat(11));
    output.state = 'blocked';
    holder.say('h');
    next.message.finish();
    clock.pass(60_000);
    expect(holder.told).toEqual(['pause']);
    output.drain();
    expect(holder.told).toEqual(['pause', 'resume']);
    clock.pass(1999);
    expect(holder.told).toEqual(['pause', 'resume']);
    clock.pass(1);
    expect(holder.told).toEqual(['pause', 'resume', 'stalled']);
    expect(next.told).toEqual(['done']);
  });

  test('costs the one that takes over none of its own time', () => {
    const { begin, clock } = outletOf();
    const [first, second, third] = [begin(), begin(), begin()];
    first.say('1'.repeat(11));
    second.say('2'.repeat(11));
    third.say('3'.repeat(11));
    clock.pass(1000);
    expect(first.told).toEqual(['stalled']);
    clock.pass(999);
    expect(second.told).toEqual([]);
    clock.pass(1);
    expect(second.told).toEqual(['stalled']);
    clock.pass(10_000);
    expect(third.told).toEqual([]);
  });
});
