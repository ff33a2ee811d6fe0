import { createHash } from 'node:crypto';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type Connection,
  type OnError,
  type Reason,
  Reusable,
  retain,
  type Service,
  WirelineError,
} from '../../src/core/index.js';
import { noise } from '../support/bytes.js';
import { type Behaviour, Recorder } from '../support/recorder.js';

const KiB = 1024;
const MiB = 1024 * KiB;

/** How a transport makes connections. */
export interface TransportUnderTest {
  /** Connects `left`, on the end that dials, with `right`, on the end that serves. Both have begun when it resolves. */
  connect(left: Service, right: Service, options?: { onError: OnError }): Promise<void>;
  /** Lets go of what `connect` has made. */
  stop(): Promise<void>;
  /** Whether a connection that is cut looks different from one that has ended: not so over a pipe. */
  readonly resets: boolean;
}

/** The contract of `Connection` and `Handler`: every transport passes it. */
export function connectionConformance(name: string, transport: TransportUnderTest): void {
  const recorders: Recorder[] = [];
  const recorder = (behaviour: Behaviour = {}) => {
    const made = new Recorder(behaviour);
    recorders.push(made);
    return made;
  };
  const connect: Connect = async (left = {}, right = {}, faults = new Faults()) => {
    const ends = { left: recorder(left), right: recorder(right) };
    await transport.connect(ends.left.service, ends.right.service, faults);
    return ends;
  };

  describe(`${name} keeps the contract of a connection`, () => {
    afterEach(async () => {
      const ended = recorders.splice(0);
      for (const { peer } of ended) peer?.close('failed');
      await transport.stop();
      await Promise.all(ended.map((made) => made.closed));
      const breaches = ended.flatMap((made) => made.breaches);
      expect(breaches).toEqual([]);
    });
    order(connect);
    echoes(connect);
    retention(connect);
    ends(connect, recorder, transport);
    closes(connect, transport);
    pauses(connect);
    backPressure(connect);
    failures(connect, transport);
  });
}

/** Collects the mistakes that a connection reports. */
class Faults {
  readonly reported: { message: string; stack: string | undefined; remote: string }[] = [];
  #look = () => {};

  readonly onError: OnError = (error, { remote }) => {
    const { message, stack } = error as Error;
    this.reported.push({ message, stack, remote });
    this.#look();
  };

  /** Resolves once so many have been reported. */
  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => this.reported.length >= count && resolve();
      this.#look();
    });
  }
}

type Connect = (left?: Behaviour, right?: Behaviour, faults?: Faults) => Promise<{ left: Recorder; right: Recorder }>;

function hash(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Ends that stay open until the test ends them. */
const stayOpen = { end() {} };

function order(connect: Connect): void {
  test('a string is sent as its UTF-8, between bytes', async () => {
    const { left, right } = await connect();
    left.peer.write(Buffer.from('a'));
    left.peer.write('é, '.repeat(20_000));
    left.peer.write(Buffer.from('z'));
    left.peer.end();
    await right.closed;
    expect(hash(right.bytes)).toBe(hash(Buffer.from(`a${'é, '.repeat(20_000)}z`)));
  });

  test('what is written arrives once and in order, whatever the sizes', async () => {
    const { left, right } = await connect();
    const content = noise(3 * MiB);
    for (let at = 0, size = 0; at < content.length; at += size) {
      size = 1 + ((at * 7919) % 40_000);
      left.peer.write(Buffer.from(content.subarray(at, at + size)));
    }
    left.peer.end();
    await right.closed;
    expect(hash(right.bytes)).toBe(hash(content));
  });

  test('what is written within one turn arrives in order, small and large mixed', async () => {
    const { left, right } = await connect();
    const content = noise(300 * KiB, 2);
    let at = 0;
    for (const size of [1, 20_000, 2, 3, 70_000, 1, 16_384, 1, 100_000, 5]) {
      left.peer.write(Buffer.from(content.subarray(at, at + size)));
      at += size;
    }
    left.peer.end();
    await right.closed;
    expect(hash(right.bytes)).toBe(hash(content.subarray(0, at)));
  });
}

/** Sends back what comes, and reads no further than it can write. */
function echoing(): Behaviour {
  let peer: Connection;
  return {
    start(its) {
      peer = its;
    },
    data: (chunk) => {
      if (!peer.write(chunk) && peer.backlog > 16 * MiB) peer.pause();
    },
    drain: () => peer.resume(),
  };
}

function echoes(connect: Connect): void {
  test('8 MiB come back unchanged to a peer that reads only when it has sent all', async () => {
    const content = noise(8 * MiB, 3);
    const { left, right } = await connect({ start: (peer) => peer.pause() }, echoing());
    left.peer.write(Buffer.from(content));
    left.peer.end();
    await right.until(() => right.size === content.length);
    left.peer.resume();
    await left.closed;
    expect(hash(left.bytes)).toBe(hash(content));
  });

  test('8 MiB come back unchanged to a peer that reads a little at a time', async () => {
    const content = noise(8 * MiB, 4);
    const slow: Behaviour = {
      data() {
        left.peer.pause();
        setImmediate(() => left.peer.resume());
      },
    };
    const { left } = await connect(slow, echoing());
    for (let at = 0; at < content.length; at += 100_000)
      left.peer.write(Buffer.from(content.subarray(at, at + 100_000)));
    left.peer.end();
    await left.closed;
    expect(hash(left.bytes)).toBe(hash(content));
  });

  test('several connections that all read late get each its own bytes', async () => {
    const pairs = await Promise.all([1, 2, 3, 4].map(() => connect({ start: (peer) => peer.pause() }, echoing())));
    const contents = pairs.map((_, i) => noise(8 * MiB, 10 + i));
    pairs.forEach(({ left }, i) => {
      left.peer.write(Buffer.from(contents[i] as Buffer));
      left.peer.end();
    });
    await Promise.all(pairs.map(({ right }, i) => right.until(() => right.size === contents[i]?.length)));
    for (const { left } of pairs) left.peer.resume();
    await Promise.all(pairs.map(({ left }) => left.closed));
    expect(pairs.map(({ left }) => hash(left.bytes))).toEqual(contents.map(hash));
  });

  test('what is given to data may be written to another connection', async () => {
    const onward = await connect();
    const { left } = await connect(
      {},
      { data: (chunk) => void onward.left.peer.write(chunk), end: () => onward.left.peer.end() },
    );
    const content = noise(2 * MiB, 5);
    for (let at = 0, size = 1; at < content.length; at += size) {
      size = at % 3 === 0 ? 100 : 30_000;
      left.peer.write(Buffer.from(content.subarray(at, at + size)));
    }
    left.peer.end();
    await onward.right.closed;
    expect(hash(onward.right.bytes)).toBe(hash(content));
  });
}

function retention(connect: Connect): void {
  test('what is kept of the memory of a read stays as it is, on several connections at a time', async () => {
    const kept: Uint8Array[][] = [[], [], [], []];
    const pairs = await Promise.all(
      kept.map((chunks) =>
        connect({}, { data: (chunk) => void chunks.push(retain(chunk), retain(chunk.subarray(0, 7))) }),
      ),
    );
    const contents = pairs.map((_, i) => noise(2 * MiB, 20 + i));
    pairs.forEach(({ left }, i) => {
      left.peer.write(Buffer.from(contents[i] as Buffer));
      left.peer.end();
    });
    await Promise.all(pairs.map(({ right }) => right.closed));
    const whole = kept.map((chunks) => hash(Buffer.concat(chunks.filter((_, i) => i % 2 === 0))));
    expect(whole).toEqual(contents.map(hash));
    for (const chunks of kept) {
      for (let i = 0; i < chunks.length; i += 2) {
        const [chunk, start] = chunks.slice(i, i + 2) as [Uint8Array, Uint8Array];
        expect(Buffer.compare(chunk.subarray(0, 7), start)).toBe(0);
      }
    }
  });

  test.each([[100], [20_000], [64 * KiB]])(
    'reused memory of %i bytes may be filled anew after each write',
    async (size) => {
      const memory = new Reusable(64 * KiB, (length) => new Uint8Array(length));
      const expected: Buffer[] = [];
      const send = (peer: Connection, seed: number) => {
        const view = memory.bytes.subarray(0, size);
        view.set(noise(size, seed));
        expected.push(Buffer.from(view));
        peer.write(view);
      };
      // Both outside of a handler and within one, where a connection gathers what is written.
      const { left, right } = await connect(
        {},
        {
          data() {
            for (let seed = 0; seed < 20; seed++) send(right.peer, seed);
          },
          end: () => {
            for (let seed = 20; seed < 40; seed++) send(right.peer, seed);
            right.peer.end();
          },
        },
      );
      left.peer.write(Buffer.from('x'));
      await left.until(() => left.size === 20 * size);
      left.peer.end();
      await left.closed;
      expect(hash(left.bytes)).toBe(hash(Buffer.concat(expected)));
    },
  );
}

function ends(connect: Connect, recorder: (does: Behaviour) => Recorder, transport: TransportUnderTest): void {
  test.each([
    ['left', 'right'],
    ['right', 'left'],
  ] as const)('%s may end and go on reading', async (first, second) => {
    const pair = await connect(stayOpen, stayOpen);
    const [one, other] = [pair[first], pair[second]];
    one.peer.write(Buffer.from('last words'));
    one.peer.end();
    expect(one.peer.state).toBe('ended');
    expect(one.peer.write(Buffer.from('more'))).toBe(false);
    await other.saw('end');
    expect(other.text).toBe('last words');
    expect(other.peer.state).toBe('open');
    other.peer.write(Buffer.from('an answer'));
    await one.until(() => one.text === 'an answer');
    other.peer.end();
    expect(await one.closed).toEqual({ reason: 'ended' });
    expect(await other.closed).toEqual({ reason: 'ended' });
    expect([one.peer.state, other.peer.state]).toEqual(['closed', 'closed']);
    expect(other.text).toBe('last words');
  });

  test('a handler of nothing but data ends our side with the peer’s, after what it has written', async () => {
    const left = recorder(stayOpen);
    let right!: Connection;
    await transport.connect(left.service, (peer) => {
      right = peer;
      return { data: () => void peer.write(noise(MiB, 6)) };
    });
    left.peer.write(Buffer.from('x'));
    left.peer.end();
    await left.closed;
    expect(left.size).toBe(MiB);
    expect(right.state).toBe('closed');
  });

  test('end sends what was written before it, to a peer that reads late', async () => {
    const content = noise(4 * MiB, 6);
    const { left, right } = await connect({ start: (peer) => peer.pause() }, stayOpen);
    right.peer.write(Buffer.from(content));
    right.peer.end();
    right.peer.end();
    left.peer.resume();
    await left.saw('end');
    expect(hash(left.bytes)).toBe(hash(content));
    expect(left.events.filter((event) => event === 'end')).toEqual(['end']);
  });

  test('both may end at once', async () => {
    const { left, right } = await connect();
    left.peer.end();
    right.peer.end();
    expect(await Promise.all([left.closed, right.closed])).toEqual([{ reason: 'ended' }, { reason: 'ended' }]);
  });
}

function closes(connect: Connect, transport: TransportUnderTest): void {
  test.each<Reason>(['ended', 'protocol', 'too-long'])('close(%s) sends what was written before it', async (reason) => {
    const content = noise(4 * MiB, 7);
    const { left, right } = await connect({ start: (peer) => peer.pause() });
    right.peer.write(Buffer.from(content));
    right.peer.close(reason);
    left.peer.resume();
    await left.closed;
    expect(hash(left.bytes)).toBe(hash(content));
    expect((await right.closed).reason).toBe(reason);
  });

  test('close(ended) waits for no peer, and what it still has to read is not lost', async () => {
    const content = noise(200 * KiB, 8);
    const { left, right } = await connect({ start: (peer) => peer.pause() });
    right.peer.write(Buffer.from(content));
    right.peer.close('ended');
    await right.closed;
    left.peer.resume();
    await left.closed;
    expect(hash(left.bytes)).toBe(hash(content));
  });

  test('close(ended) takes no harm from what the peer is still sending', async () => {
    const { left, right } = await connect(stayOpen);
    for (let i = 0; i < 50; i++) left.peer.write(noise(10 * KiB, i + 1));
    await right.saw('data');
    right.peer.write(Buffer.from('enough'));
    right.peer.close('ended');
    const size = right.size;
    for (let i = 0; i < 50; i++) left.peer.write(noise(10 * KiB, i + 1));
    await left.saw('end');
    expect(left.text).toBe('enough');
    expect(right.size).toBe(size);
  });

  test.each<Reason>(['failed', 'slow', 'shutdown'])(
    'the peer of close(%s) is told that it is not the whole',
    async (reason) => {
      const { left, right } = await connect();
      right.peer.close(reason);
      expect(await right.closed).toEqual({ reason });
      if (transport.resets) expect((await left.closed).reason).toBe('reset');
      else await left.closed;
    },
  );

  test.each([
    ['open', false],
    ['ended', true],
  ])('a cut is no end, also for one that is %s and has still to read what came before', async (_state, ends) => {
    const { left, right } = await connect({ start: (peer) => peer.pause() }, stayOpen);
    if (ends) {
      left.peer.end();
      await right.saw('end');
    }
    // Enough to be on its way at once, and less than a read takes: the cut comes together with the last bytes.
    right.peer.write(noise(20 * KiB, 8));
    right.peer.close('failed');
    await right.closed;
    left.peer.resume();
    const { reason } = await left.closed;
    if (transport.resets) expect([reason, left.events.includes('end')]).toEqual(['reset', false]);
  });

  test('close gives its handler the reason and the error, once, and only the first call counts', async () => {
    const { right } = await connect();
    const error = new Error('the first');
    right.peer.close('refused', error);
    expect(right.peer.state).toBe('closed');
    right.peer.close('failed', new Error('the second'));
    expect(await right.closed).toEqual({ reason: 'refused', error });
  });

  test.each(['start', 'data', 'end', 'drain', 'none'])(
    'a close in a handler (%s) is told later, and once',
    async (place) => {
      let told = false;
      const close = (peer = right.peer) => {
        if (peer.state === 'closed') return;
        peer.close('refused');
        expect(told).toBe(false);
      };
      const handler: Behaviour = {
        ...(place === 'none'
          ? {}
          : { [place]: (its: unknown) => close(place === 'start' ? (its as Connection) : right.peer) }),
        close() {
          told = true;
        },
      };
      const { left, right } = await connect({ start: (peer) => place === 'drain' && peer.pause() }, handler);
      if (place === 'data') left.peer.write(Buffer.from('x'));
      if (place === 'end') left.peer.end();
      if (place === 'drain') fillUp(right.peer, left.peer);
      if (place === 'none') close();
      expect(await right.closed).toEqual({ reason: 'refused' });
      await left.closed;
    },
  );

  test.each<Reason>(['ended', 'failed'])('after close(%s) no method does anything', async (reason) => {
    const { left, right } = await connect();
    const use = ({ peer }: Recorder) => {
      expect(peer.write(Buffer.from('lost'))).toBe(false);
      peer.pause();
      peer.resume();
      peer.end();
      peer.close('failed');
      expect(peer.state).toBe('closed');
    };
    right.peer.pause();
    left.peer.write(noise(100 * KiB));
    right.peer.close(reason);
    use(right);
    right.peer.pause();
    expect((await right.closed).reason).toBe(reason);
    await left.closed;
    use(right);
    use(left);
    expect(left.text).toBe('');
    expect(right.peer.backlog).toBe(0);
  });

  test.each(['in the same turn', 'once the peer knows'])('an end and then a cut, %s, close once', async (when) => {
    const { left, right } = await connect(stayOpen);
    right.peer.write(Buffer.from('x'));
    right.peer.end();
    if (when === 'once the peer knows') await left.saw('end');
    right.peer.close('failed');
    expect(await right.closed).toEqual({ reason: 'failed' });
    left.peer.end();
    await left.closed;
  });

  test('no two connections have the same number, and each names its peer', async () => {
    const pairs = [await connect(), await connect()];
    const peers = pairs.flatMap(({ left, right }) => [left.peer, right.peer]);
    expect(new Set(peers.map((peer) => peer.id)).size).toBe(4);
    for (const peer of peers) expect(peer.remote).toMatch(/^(127\.0\.0\.1:\d+|\[::1\]:\d+|unix:\/.+|memory:\w+)$/);
  });
}

/** Writes to a peer that does not read until it has to wait, and then lets the peer read. */
function fillUp(from: Connection, to: Connection): void {
  while (from.write(Buffer.alloc(MiB)));
  to.resume();
}

function pauses(connect: Connect): void {
  test('a pause loses nothing, and what still comes is one read at most', async () => {
    const content = noise(2 * MiB, 9);
    const { left, right } = await connect({}, { data: () => right.peer.pause() });
    left.peer.write(Buffer.from(content));
    left.peer.end();
    await right.saw('data');
    while (right.size < content.length) {
      const { size } = right;
      expect(right.peer.paused).toBe(true);
      await new Promise((resolve) => setImmediate(resolve));
      expect(right.size).toBe(size);
      right.peer.resume();
      expect(right.peer.paused).toBe(false);
      await right.until(() => right.size > size);
    }
    right.peer.resume();
    await right.closed;
    expect(hash(right.bytes)).toBe(hash(content));
  });

  test('a service that begins with a pause is given nothing, not even the end, until it resumes', async () => {
    const { left, right } = await connect({}, { start: (peer) => peer.pause() });
    left.peer.write(Buffer.from('early'));
    left.peer.end();
    const witness = await connect();
    witness.left.peer.write(Buffer.from('early'));
    witness.left.peer.end();
    await witness.right.closed;
    expect(right.events).toEqual(['service']);
    right.peer.resume();
    await right.closed;
    expect(right.events).toEqual(['service', 'data', 'end', 'close']);
    expect(right.text).toBe('early');
  });

  test('a pause and a resume within data change nothing', async () => {
    const toggle = () => {
      right.peer.pause();
      right.peer.resume();
      right.peer.resume();
    };
    const { left, right } = await connect({}, { data: toggle });
    for (let i = 0; i < 100; i++) left.peer.write(noise(1000, i + 1));
    left.peer.end();
    await right.closed;
    expect(right.size).toBe(100_000);
  });
}

function backPressure(connect: Connect): void {
  test('write gives false once the peer reads no more, and drain says when to go on', async () => {
    const backlogs: number[] = [];
    const { left, right } = await connect(
      { drain: () => void backlogs.push(left.peer.backlog) },
      { start: (peer) => peer.pause() },
    );
    let written = 0;
    const fill = async () => {
      for (;;) {
        written += 40 * KiB;
        if (!left.peer.write(noise(40 * KiB, written))) return;
        expect(written).toBeLessThan(64 * MiB);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await fill();
    expect(left.peer.backlog).toBeGreaterThanOrEqual(64 * KiB);
    expect(left.events).not.toContain('drain');
    right.peer.resume();
    await left.saw('drain');
    expect(backlogs.length).toBe(1);
    expect(backlogs[0]).toBeLessThanOrEqual(32 * KiB);
    left.peer.end();
    await right.closed;
    expect(right.size).toBe(written);
  });

  test('each false is followed by a drain, also where small writes make it', async () => {
    const total = 4 * MiB;
    let written = 0;
    const send = () => {
      while (written < total) {
        written += 500;
        if (!left.peer.write(noise(500, written))) return;
      }
      left.peer.end();
    };
    const { left, right } = await connect({ drain: send });
    send();
    await right.closed;
    expect(right.size).toBe(written);
    expect(written).toBeGreaterThanOrEqual(total);
  });

  test('a writer that waits is drained also when the peer drops all and ends', async () => {
    const { left, right } = await connect(stayOpen, { start: (peer) => peer.pause() });
    while (left.peer.write(noise(MiB)));
    right.peer.close('ended');
    await left.saw('drain');
  });
}

function failures(connect: Connect, transport: TransportUnderTest): void {
  const thrown: [string, Error, Reason][] = [
    ['an error', new Error('a bug'), 'failed'],
    ['a WirelineError', new WirelineError('protocol', 'not understood'), 'protocol'],
    ['a WirelineError of no known code', new WirelineError('bad-request' as Reason, 'not understood'), 'failed'],
  ];
  const places = ['data', 'end', 'drain'] as const;
  const cases = thrown.flatMap((each) => places.map((place) => [...each, place] as const));
  const happen = (place: (typeof places)[number], left: Recorder, right: Recorder) => {
    if (place === 'data') left.peer.write(Buffer.from('x'));
    if (place === 'end') left.peer.end();
    if (place === 'drain') fillUp(right.peer, left.peer);
  };

  test.each(cases)('%s (%s) costs only its connection, as %s, when thrown in %s', async (_, error, reason, place) => {
    const fail = () => {
      throw error;
    };
    const faults = new Faults();
    const other = await connect({}, echoing());
    const { left, right } = await connect(
      { start: (peer) => place === 'drain' && peer.pause() },
      { [place]: fail },
      faults,
    );
    happen(place, left, right);
    await left.closed;
    const why = await right.closed;
    expect(why.error === error || why.error?.cause === error).toBe(true);
    expect(why.reason).toBe(reason);
    // A WirelineError is how a service says why it ends a connection: that is no mistake.
    const mistakes =
      reason === 'failed' ? [{ message: error.message, stack: error.stack, remote: right.peer.remote }] : [];
    expect(faults.reported).toEqual(mistakes);
    other.left.peer.write(Buffer.from('still here'));
    await other.left.until(() => other.left.text === 'still here');
  });

  test.each(['end', 'drain', 'close'] as const)(
    'the rejection of a promise that %s returns costs only its connection, and is reported',
    async (place) => {
      const fail = async () => {
        await new Promise(setImmediate);
        throw new Error('a late bug');
      };
      const faults = new Faults();
      const { left, right } = await connect(
        { start: (peer) => place === 'drain' && peer.pause() },
        { [place]: fail },
        faults,
      );
      if (place === 'close') left.peer.end();
      else happen(place, left, right);
      await faults.until(1);
      await left.closed;
      expect((await right.closed).reason).toBe(place === 'close' ? 'ended' : 'failed');
      expect(faults.reported.map(({ message }) => message)).toEqual(['a late bug']);
    },
  );

  test.each([
    [42, /only a Uint8Array or a string can be sent, and this was 42/],
    [undefined, /this was undefined/],
    [{ type: 'hello' }, /this was Object/],
    [[1, 2], /this was Array/],
  ])('what is neither bytes nor a string is refused: %j', async (message, words) => {
    const faults = new Faults();
    const { left, right } = await connect({}, { data: () => right.peer.write(message as never) }, faults);
    left.peer.write('x');
    const { reason, error } = await right.closed;
    expect([reason, error?.message]).toEqual(['failed', expect.stringMatching(words)]);
    expect(faults.reported.length).toBe(1);
    await left.closed;
  });

  test('data that is async closes its connection with words that say what to do, and its rejection is reported', async () => {
    const faults = new Faults();
    const late = async () => {
      await new Promise(setImmediate);
      throw new Error('a late bug');
    };
    const { left, right } = await connect({}, { data: late as never }, faults);
    left.peer.write(Buffer.from('x'));
    const { reason, error } = await right.closed;
    expect([reason, error?.message]).toEqual([
      'failed',
      expect.stringMatching(/^data must not return a promise.*peer\.write/s),
    ]);
    await faults.until(2);
    expect(faults.reported.map(({ message }) => message)).toEqual([error?.message, 'a late bug']);
  });

  const wrongServices: [string, Service, RegExp][] = [
    [
      'throws before it has a handler',
      () => {
        throw new Error('a bug');
      },
      /^a bug$/,
    ],
    ['is async', (async () => ({ data() {} })) as never, /returned a promise: is it async\?/],
    ['returns nothing', (() => {}) as never, /must return a handler/],
    ['misspells a method', () => ({ data() {}, clsoe() {} }), /"clsoe".*did you mean "close"/],
  ];
  test.each(wrongServices)('a service that %s costs only its connection, and is reported', async (_, right, words) => {
    const faults = new Faults();
    const other = await connect({}, echoing());
    const left = new Recorder();
    // The system may have cut the connection before its other end knew that it stood.
    const stood = await transport.connect(left.service, right, faults).then(
      () => true,
      () => false,
    );
    if (stood) await left.closed;
    await faults.until(1);
    expect(faults.reported.map(({ message }) => message)).toEqual([expect.stringMatching(words)]);
    other.left.peer.write(Buffer.from('still here'));
    await other.left.until(() => other.left.text === 'still here');
  });

  test('an error that close throws is nobody else’s, and is reported', async () => {
    const faults = new Faults();
    const fail = () => {
      throw new Error('at the end');
    };
    const { left, right } = await connect({}, { close: fail }, faults);
    left.peer.end();
    await left.closed;
    await right.saw('close');
    expect(faults.reported.map(({ message }) => message)).toEqual(['at the end']);
  });

  test('close without a word means ended', async () => {
    const { left, right } = await connect({}, { data: () => right.peer.close() });
    left.peer.write(Buffer.from('x'));
    expect(await right.closed).toEqual({ reason: 'ended' });
    expect(await left.closed).toEqual({ reason: 'ended' });
  });

  test.each(['done', 'toString', '', 7])(
    'close(%j) closes as failed, names the word, and is reported',
    async (word) => {
      const faults = new Faults();
      const { left, right } = await connect({}, { data: () => right.peer.close(word as Reason) }, faults);
      left.peer.write(Buffer.from('x'));
      const { reason, error } = await right.closed;
      expect([reason, error?.message]).toEqual([
        'failed',
        `${JSON.stringify(word)} is not a reason, such as "ended" or "failed"`,
      ]);
      expect(faults.reported.map(({ message }) => message)).toEqual([error?.message]);
      await left.closed;
    },
  );

  test('fail ends a connection for what came up outside of its handler', async () => {
    const faults = new Faults();
    const { left, right } = await connect({}, {}, faults);
    right.peer.fail(new Error('in a timer'));
    const { reason, error } = await right.closed;
    expect([reason, error?.message]).toEqual(['failed', 'in a timer']);
    right.peer.fail(new Error('and again'));
    expect(faults.reported.map(({ message }) => message)).toEqual(['in a timer', 'and again']);
    left.peer.fail(new WirelineError('refused', 'on purpose'));
    expect(faults.reported.length).toBe(2);
  });

  test('what onError throws ends nothing', async () => {
    const other = await connect({}, echoing());
    const printed = vi.spyOn(console, 'error').mockReturnValue(undefined);
    onTestFinished(() => printed.mockRestore());
    const failing = () => {
      throw new Error('in onError');
    };
    const left = new Recorder();
    const right = new Recorder({ data: failing });
    await transport.connect(left.service, right.service, { onError: failing });
    left.peer.write(Buffer.from('x'));
    await left.closed;
    await right.closed;
    expect(printed.mock.calls.flat().join()).toContain('in onError');
    other.left.peer.write(Buffer.from('still here'));
    await other.left.until(() => other.left.text === 'still here');
  });
}
