import { describe, expect, test } from 'vitest';
import { Piecework, Turn, Turns } from '../../src/core/index.js';
import { memoryPair } from '../../src/net/index.js';
import { Recorder } from '../support/recorder.js';

/** Turns whose time and event loop a test moves by hand. */
function turnsByHand({ mostTimes = 1 } = {}) {
  let now = 0;
  const due: (() => void)[] = [];
  const among = new Turns({ now: () => now, later: (run) => void due.push(run), mostTimes });
  return {
    among,
    pass: (ms: number) => {
      now += ms;
    },
    /** One turn of the event loop. */
    loop: () => {
      for (const run of due.splice(0)) run();
    },
    get idle() {
      return due.length === 0;
    },
  };
}

/** A connection that always has work, and writes down its name for each unit of it. */
function busy(name: string, among: Turns, worked: string[], each: (turn: Turn) => void = () => {}): Turn {
  const turn: Turn = new Turn(
    {
      run() {
        while (!turn.over) {
          worked.push(name);
          turn.spend(1, 0);
          each(turn);
        }
        turn.soon();
      },
      fail: (error) => worked.push(`${name}: ${(error as Error).message}`),
    },
    among,
  );
  return turn;
}

const counted = (worked: string[]) =>
  Object.fromEntries([...new Set(worked)].map((name) => [name, worked.filter((each) => each === name).length]));

describe('the turns of connections', () => {
  test('a connection begins 64 requests in a turn, and the next one has its turn before it goes on', () => {
    const { among, loop } = turnsByHand();
    const worked: string[] = [];
    busy('a', among, worked).soon();
    busy('b', among, worked).soon();
    loop();
    expect(counted(worked)).toEqual({ a: 64, b: 64 });
    loop();
    expect(counted(worked)).toEqual({ a: 128, b: 128 });
  });

  test('64 KiB written, or 5 ms passed, end a turn as well', () => {
    const { among, loop, pass } = turnsByHand();
    const worked: string[] = [];
    busy('bytes', among, worked, (turn) => turn.spend(0, 16 * 1024)).soon();
    busy('time', among, worked, () => pass(2)).soon();
    loop();
    expect(counted(worked)).toEqual({ bytes: 4, time: 3 });
  });

  test('where there is time, all have their share again and again, 16 times at most', () => {
    const { among, loop, pass } = turnsByHand({ mostTimes: 16 });
    const worked: string[] = [];
    busy('a', among, worked).soon();
    busy('b', among, worked).soon();
    loop();
    expect(counted(worked)).toEqual({ a: 16 * 64, b: 16 * 64 });
    expect([worked[63], worked[64], worked[128]]).toEqual(['a', 'b', 'a']);
    worked.length = 0;
    busy('slow', among, worked, () => pass(1)).soon();
    loop();
    // The clock shows at every eighth request that the 5 ms are over; the 10 ms of all end the second round.
    expect(counted(worked)).toEqual({ slow: 16, a: 64, b: 64 });
  });

  test('the clock is read for each of the first requests, and then for every eighth', () => {
    const { among, loop, pass } = turnsByHand();
    const worked: string[] = [];
    let read = 0;
    const now = among.now;
    Object.assign(among, {
      now: () => {
        read++;
        return now();
      },
    });
    busy('quick', among, worked).soon();
    loop();
    expect(worked.length).toBe(64);
    expect(read).toBeLessThan(20);
    worked.length = 0;
    busy('slow later', among, worked, () => worked.length > 9 && pass(3)).soon();
    loop();
    expect(counted(worked)['slow later']).toBe(16);
  });

  test('all connections together leave the event loop after 10 ms, and go on where they stopped', () => {
    const { among, loop, pass } = turnsByHand();
    const worked: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) busy(name, among, worked, () => pass(5)).soon();
    loop();
    expect(worked).toEqual(['a', 'b']);
    loop();
    expect(worked).toEqual(['a', 'b', 'c', 'd', 'a']);
    loop();
    expect(counted(worked)).toMatchObject({ c: 1, d: 1, e: 1 });
  });

  test('who comes new has its turn before those that always have work, and does not starve them', () => {
    const { among, loop, pass } = turnsByHand();
    const worked: string[] = [];
    for (const name of ['a', 'b', 'c']) busy(name, among, worked, () => pass(5)).soon();
    loop();
    worked.length = 0;
    for (const name of ['x', 'y', 'z']) busy(name, among, worked, () => pass(5)).soon();
    loop();
    expect(worked[0]).toBe('c');
    expect(worked).toContain('x');
    expect(counted(worked)).toMatchObject({ c: 1, x: 1 });
  });

  test('work begins at once only while the turn of the event loop has time, and once per turn', () => {
    const { among, loop, pass } = turnsByHand();
    const first = busy('first', among, []);
    const second = busy('second', among, []);
    expect(first.begin()).toBe(true);
    first.spend(64, 0);
    expect(first.begin()).toBe(false);
    expect(second.begin()).toBe(true);
    pass(11);
    expect(busy('third', among, []).begin()).toBe(false);
    loop();
    expect(first.begin()).toBe(true);
  });

  test('a task that throws costs itself alone', () => {
    const { among, loop } = turnsByHand();
    const worked: string[] = [];
    busy('a', among, worked, () => {
      throw new Error('bad');
    }).soon();
    busy('b', among, worked).soon();
    loop();
    expect(counted(worked)).toEqual({ a: 1, 'a: bad': 1, b: 64 });
  });

  test('a task that was stopped does not run, and nothing is scheduled for nobody', () => {
    const byHand = turnsByHand();
    const worked: string[] = [];
    const turn = busy('a', byHand.among, worked);
    turn.soon();
    turn.stop();
    byHand.loop();
    expect(worked).toEqual([]);
    expect(byHand.idle).toBe(true);
  });
});

describe('long work of one connection', () => {
  /** Work that writes `size` bytes a piece, up to `most` times, for a peer that reads when it is told to. */
  function writing(size: number, most: number) {
    const byHand = turnsByHand();
    const reader = new Recorder();
    const events: string[] = [];
    let pieces = 0;
    let work!: Piecework;
    const [peer] = memoryPair((own) => {
      work = new Piecework(
        own,
        function* (write) {
          try {
            for (; pieces < most; pieces++) {
              write(new Uint8Array(size));
              yield;
            }
          } finally {
            events.push('let go');
          }
        },
        { done: () => events.push('done'), fail: (error) => events.push((error as Error).message) },
        byHand.among,
      );
      return { data() {}, drain: () => work.go(), close: () => work.stop() };
    }, reader.service);
    return { ...byHand, reader, events, work, peer, pieces: () => pieces };
  }
  const settled = () => new Promise(setImmediate);

  test('is done in pieces, 64 in a turn', () => {
    const { work, loop, pieces, events } = writing(1, 100);
    work.go();
    expect(pieces()).toBeLessThanOrEqual(64);
    loop();
    loop();
    expect(pieces()).toBe(100);
    expect(events).toEqual(['let go', 'done']);
  });

  test('waits while its peer does not read, and goes on when it does', async () => {
    const { work, loop, pieces, reader, events } = writing(40_000, 10);
    reader.peer.pause();
    work.go();
    for (let turn = 0; turn < 10; turn++) loop();
    expect(pieces()).toBeLessThanOrEqual(2);
    reader.peer.resume();
    for (let turn = 0; turn < 30; turn++) {
      await settled();
      loop();
    }
    expect(events).toEqual(['let go', 'done']);
    expect(reader.size).toBe(400_000);
  });

  test('ends with its connection, and lets go of what it holds', async () => {
    const { work, loop, pieces, peer, events } = writing(1, 1_000_000);
    work.go();
    peer.close('ended');
    await settled();
    loop();
    expect(pieces()).toBeLessThanOrEqual(128);
    expect(events).toEqual(['let go']);
  });
});
