import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type Closed,
  type Codec,
  type Connection,
  type Handler,
  type Service,
  WirelineError,
} from '../../src/core/index.js';
import {
  conversation,
  type FramedOptions,
  framed,
  length,
  lines,
  netstring,
  raw,
  type TextMessage,
  type TextOptions,
  text,
} from '../../src/framing/index.js';
import { idle, memoryPair } from '../../src/net/index.js';
import { ManualClock } from '../../src/testing/index.js';
import { bytes, latin1 } from '../support/bytes.js';
import { Recorder } from '../support/recorder.js';

afterEach(() => void vi.useRealTimers());

/** A framed service on one end of a memory pair, and the bytes that come out at the other. */
function pairOf<M>(codec: Codec<M>, service: Service<M>, options = {}) {
  const heard = new Recorder();
  const reported: string[] = [];
  const onError = (error: unknown) => void reported.push((error as Error).message);
  const [client] = memoryPair(heard.service, framed(codec, service, options), { onError });
  return { client, heard, reported };
}

function collecting(messages: string[], more: Partial<Handler> = {}): Handler {
  return { data: (message) => void messages.push(latin1(message)), ...more };
}

describe('framed', () => {
  test('gives a service messages for bytes, and bytes for its messages', async () => {
    const codec = lines();
    const { client, heard } = pairOf(codec, (peer) => ({
      data: (message) => void peer.write(bytes(`<${latin1(message)}>`)),
    }));
    client.write(bytes('one\ntw'));
    client.write(bytes('o\n'));
    client.end();
    expect(await heard.closed).toEqual({ reason: 'ended' });
    expect(heard.text).toBe('<one>\n<two>\n');
  });

  test('shows the service the state of the connection underneath', async () => {
    let seen!: Connection;
    const { client, heard } = pairOf(raw(), (peer) => {
      seen = peer;
      return { data() {}, end() {} };
    });
    expect([seen.state, seen.remote, seen.backlog, seen.paused]).toEqual(['open', 'memory:left', 0, false]);
    seen.pause();
    expect(seen.paused).toBe(true);
    seen.resume();
    seen.write(bytes('abc'));
    expect(seen.backlog).toBe(3);
    seen.end();
    expect(seen.state).toBe('ended');
    client.end();
    await heard.closed;
    expect(seen.state).toBe('closed');
  });

  test('delivers what came before a message that is none, then closes with the reason of the decoder', async () => {
    const messages: string[] = [];
    let why: Closed | undefined;
    const service: Service = () =>
      collecting(messages, {
        close(closed) {
          why = closed;
        },
      });
    const { client, heard } = pairOf(lines({ max: 3 }), service);
    client.write(bytes('one\ntwo\nthree\nfour\n'));
    await heard.closed;
    expect(messages).toEqual(['one', 'two']);
    expect(why?.reason).toBe('too-long');
    expect(why?.error).toBeInstanceOf(WirelineError);
  });

  test('explains itself to the peer where it is asked to', async () => {
    const { client, heard } = pairOf(lines({ max: 3 }), () => ({ data() {} }), { explain: true });
    client.write(bytes('three\n'));
    await heard.closed;
    expect(heard.text).toBe('error: a message is longer than 3 bytes\n');
  });

  test('tells the peer nothing of what went wrong in this process', async () => {
    const service: Service = () => ({
      data() {
        throw new Error('secret');
      },
    });
    const { client, heard, reported } = pairOf(lines(), service, { explain: true });
    client.write(bytes('one\n'));
    await heard.closed;
    expect(heard.text).toBe('');
    expect(reported).toEqual(['secret']);
  });

  test('closes the connection of a service whose data is async, and reports what that rejects with', async () => {
    const data = async () => {
      throw new Error('a late bug');
    };
    const { client, heard, reported } = pairOf(lines(), () => ({ data }) as never, { explain: true });
    client.write(bytes('one\n'));
    await heard.closed;
    expect([heard.text, reported]).toEqual([
      '',
      [expect.stringMatching(/^data must not return a promise/), 'a late bug'],
    ]);
  });

  test('refuses a misspelt method of a message service, also behind a layer', async () => {
    const { heard, reported } = pairOf(lines(), () => ({ data() {}, onClose() {} }));
    await heard.closed;
    memoryPair(
      () => ({ data() {} }),
      idle(1000, () => ({ data() {}, clsoe() {} })),
      {
        onError: (error) => void reported.push((error as Error).message),
      },
    );
    expect(reported).toEqual([expect.stringContaining('"onClose"'), expect.stringContaining('"clsoe"')]);
  });

  test.each([
    ['lines', lines(), ['one\n', 'two\n']],
    ['netstring', netstring(), ['3:one,', '3:two,']],
    ['length', length(), ['\0\0\0\x03one', '\0\0\0\x03two']],
    ['raw', raw(), ['one', 'two']],
  ])('gives messages of %s that stay, unless views are asked for', async (_, codec, sent) => {
    const received = async (options: FramedOptions) => {
      const list: Uint8Array[] = [];
      const { client, heard } = pairOf(codec, () => ({ data: (message: Uint8Array) => list.push(message) }), options);
      for (const message of sent) client.write(bytes(message));
      client.end();
      await heard.closed;
      return list.map((message) => latin1(message)).join('');
    };
    expect(await received({})).toBe('onetwo');
    // A memory pair overwrites what it has delivered. A busy machine may leave a chunk to a later turn, and keep it for that.
    let views = await received({ views: true });
    for (let again = 0; again < 100 && views.includes('n'); again++) views = await received({ views: true });
    expect(views).not.toContain('n');
  });

  test('gives messages of text that stay', async () => {
    const kept: TextMessage[] = [];
    const { client, heard } = pairOf(text(), () => ({ data: (message) => kept.push(message) }));
    client.write(bytes('one\r\ntw'));
    client.write(bytes('o'));
    client.end();
    await heard.closed;
    expect(kept.map((message) => [latin1(message.bytes), message.end])).toEqual([
      ['one', '\r\n'],
      ['two', ''],
    ]);
  });

  test('gives nothing more to a service that has closed, though more came in the same chunk', async () => {
    const messages: string[] = [];
    const { client, heard } = pairOf(lines(), (peer) => ({
      data(message) {
        messages.push(latin1(message));
        peer.close('ended');
      },
    }));
    client.write(bytes('Bye\nmore\n'));
    await heard.closed;
    expect(messages).toEqual(['Bye']);
  });

  test('does not tell a service of the end of a stream that ended in mid-message', async () => {
    const told: string[] = [];
    const { client, heard } = pairOf(lines(), () =>
      collecting(told, { end: () => void told.push('end'), close: ({ reason }) => void told.push(reason) }),
    );
    client.write(bytes('one\ntw'));
    client.end();
    await heard.closed;
    expect(told).toEqual(['one', 'truncated']);
  });

  test('writing what the framing cannot carry throws nothing, and costs the connection that it was written to', async () => {
    let written: boolean | undefined;
    let why: Closed | undefined;
    const { heard } = pairOf(lines(), (peer) => {
      queueMicrotask(() => {
        written = peer.write(bytes('a\nb'));
      });
      return {
        data() {},
        close(closed) {
          why = closed;
        },
      };
    });
    await heard.closed;
    expect(written).toBe(false);
    expect(why?.reason).toBe('protocol');
    expect(why?.error?.message).toBe('a message cannot be sent: a message of lines framing has a newline in it');
  });
});

describe('a turn of a framed service', () => {
  /** Counts the messages that a service gets between two turns of the event loop. */
  function counting(codec: Codec<Uint8Array>, answer?: Uint8Array) {
    const perTurn: number[] = [];
    let now = 0;
    const onTurn = () => {
      perTurn.push(now);
      now = 0;
    };
    const { client, heard } = pairOf(codec, (peer) => ({
      data() {
        if (now++ === 0) setImmediate(onTurn);
        if (answer) peer.write(answer);
      },
    }));
    return { client, heard, perTurn };
  }

  test('is 64 messages; then another connection has its turn, and all come whole and in order', async () => {
    const said: string[] = [];
    const many = Array.from({ length: 1000 }, (_, at) => String(at));
    const ends = ['a', 'b'].map((name) => {
      const service = () => ({ data: (line: Uint8Array) => void said.push(name + latin1(line)) });
      const { client, heard } = pairOf(lines(), service);
      client.write(bytes(`${many.join('\n')}\n`));
      client.end();
      return heard.closed;
    });
    await Promise.all(ends);
    for (const name of ['a', 'b']) {
      expect(said.filter((line) => line.startsWith(name))).toEqual(many.map((line) => name + line));
    }
    // As long as both have some, neither has more than the end of one turn and the next.
    const names = said.map(([name]) => name).join('');
    const begun = Math.max(names.indexOf('a'), names.indexOf('b'));
    const both = names.slice(begun, Math.min(names.lastIndexOf('a'), names.lastIndexOf('b')));
    expect(Math.max(...(both.match(/a+|b+/g) ?? []).map((run) => run.length))).toBeLessThanOrEqual(128);
  });

  test('is 64 KiB of answers', async () => {
    const { client, heard, perTurn } = counting(lines(), new Uint8Array(16 * 1024));
    client.write(bytes('x\n'.repeat(64)));
    client.end();
    await heard.closed;
    expect(heard.size).toBe(64 * (16 * 1024 + 1));
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(8);
  });

  test.each([
    ['lines', lines()],
    ['length', length()],
    ['netstring', netstring()],
  ])('in which a service pauses its peer brings no further message (%s)', async (_name, codec) => {
    const said: string[] = [];
    let peer!: Connection;
    const { client, heard } = pairOf(codec, (own) => {
      peer = own;
      return collecting(said, {
        data(message) {
          said.push(latin1(message));
          own.pause();
        },
        end() {
          said.push('end');
          own.end();
        },
      });
    });
    client.write(Buffer.concat(['a', 'b', '', 'c'].map((word) => codec.encode(bytes(word)))));
    client.end();
    for (const sofar of [['a'], ['a', 'b'], ['a', 'b', ''], ['a', 'b', '', 'c']]) {
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      expect(said).toEqual(sofar);
      expect(peer.paused).toBe(true);
      peer.resume();
    }
    await heard.closed;
    expect(said).toEqual(['a', 'b', '', 'c', 'end']);
  });

  test('keeps the messages of a codec that cannot stop', async () => {
    const said: string[] = [];
    const words: Codec<Uint8Array> = {
      ...raw(),
      decoder: (emit) => ({
        push(chunk) {
          for (const word of latin1(chunk).split(' ')) emit(bytes(word));
        },
        end() {},
        held: 0,
      }),
    };
    const { client, heard } = pairOf(words, () => collecting(said));
    const many = Array.from({ length: 300 }, (_, at) => String(at));
    client.write(bytes(many.join(' ')));
    client.end();
    await heard.closed;
    expect(said).toEqual(many);
  });
});

/** Not the one that a test has replaced. */
const nextTurn = setImmediate;

describe('a pause in mid-line', () => {
  /** A service that answers each message with itself and `!`, and how the clock is moved. */
  function answering(pauses: TextOptions = {}) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
    let server!: Connection<TextMessage>;
    const { client, heard } = pairOf(text(pauses), (peer) => {
      server = peer;
      return { data: ({ bytes: said, end }) => void peer.write({ bytes: bytes(`${latin1(said)}!`), end }) };
    });
    const say = async (words: string) => {
      client.write(bytes(words));
      await vi.advanceTimersByTimeAsync(0);
    };
    const pass = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
      await vi.advanceTimersByTimeAsync(0);
      // What waits for a later turn waits for one of the real event loop.
      await new Promise(nextTurn);
    };
    return { client, heard, say, pass, server: () => server };
  }

  test('is answered after its time, without a newline', async () => {
    const { heard, say, pass } = answering();
    await say('hello');
    await pass(49);
    expect(heard.text).toBe('');
    await pass(2);
    expect(heard.text).toBe('hello!');
  });

  test('begins anew with each chunk', async () => {
    const { heard, say, pass } = answering();
    await say('hel');
    await pass(40);
    await say('lo');
    await pass(40);
    expect(heard.text).toBe('');
    await pass(11);
    expect(heard.text).toBe('hello!');
  });

  test('is none after a whole line, and lasts as long as the codec says', async () => {
    const { heard, say, pass } = answering({ pauseMs: 1000 });
    await say('b');
    await pass(999);
    expect(heard.text).toBe('');
    await pass(2);
    expect(heard.text).toBe('b!');
    await say('a\n');
    await pass(10_000);
    expect(heard.text).toBe('b!a!\n');
  });

  test('of a sender that has ended a line is longer, and none where people talk', async () => {
    const ordinary = answering();
    await ordinary.say('a\nb');
    await ordinary.pass(4_999);
    expect(ordinary.heard.text).toBe('a!\n');
    await ordinary.pass(2);
    expect(ordinary.heard.text).toBe('a!\nb!');
    const talking = answering(conversation);
    await talking.say('first');
    await talking.pass(51);
    await talking.say('a\nb');
    await talking.pass(1_000_000);
    expect(talking.heard.text).toBe('first!a!\n');
    await talking.say('c\n');
    expect(talking.heard.text).toBe('first!a!\nbc!\n');
  });

  test('grows shorter for a sender that always waits for its answer: 100 round trips take less than a second', async () => {
    const { heard, say, pass } = answering();
    let ms = 0;
    for (let asked = 1; asked <= 100; asked++) {
      await say('x');
      for (; heard.size < 2 * asked && ms < 5_000; ms++) await pass(1);
    }
    expect(ms).toBeGreaterThan(500);
    expect(ms).toBeLessThan(1_000);
  });

  test('is seen also where the bytes waited for a later turn', async () => {
    const { heard, say, pass } = answering();
    // More messages than one turn has place for, and the beginning of another.
    await say(`${'x\n'.repeat(200)}rest`);
    while (heard.size < 200 * 3) await pass(0);
    await pass(5_001);
    expect(heard.text.endsWith('x!\nrest!')).toBe(true);
  });

  test('does not count while the service itself has paused the peer', async () => {
    const { heard, say, pass, server } = answering();
    await say('hel');
    server().pause();
    await pass(500);
    expect(heard.text).toBe('');
    await say('lo');
    server().resume();
    await pass(40);
    expect(heard.text).toBe('');
    await pass(11);
    expect(heard.text).toBe('hello!');
  });

  test('in a message of several packets may be the network that sends one again, and is waited for', async () => {
    const { heard, say, pass } = answering();
    const long = 'x'.repeat(1500);
    await say(long);
    await pass(900);
    expect(heard.text).toBe('');
    await say('and more');
    await pass(900);
    expect(heard.text).toBe('');
    await pass(101);
    expect(heard.text).toBe(`${long}and more!`);
  });

  test('that is over when the stream ends makes no second message', async () => {
    const { client, heard, say, pass } = answering();
    await say('hello');
    client.end();
    await pass(200);
    expect(heard.text).toBe('hello!');
    expect(await heard.closed).toEqual({ reason: 'ended' });
  });

  test('is measured by the clock that the service was given, so that a test does not sleep', async () => {
    const clock = new ManualClock();
    const { client, heard } = pairOf(text(), (peer) => ({ data: (message) => void peer.write(message) }), { clock });
    client.write(bytes('hello'));
    await new Promise(setImmediate);
    clock.pass(49);
    await new Promise(setImmediate);
    expect(heard.text).toBe('');
    clock.pass(1);
    await new Promise(setImmediate);
    expect(heard.text).toBe('hello');
  });
});
