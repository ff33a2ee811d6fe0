import { describe, expect, test } from 'vitest';
import type { Service } from '../../src/core/index.js';
import { order } from '../../src/features/order/server/order.js';
import { relay } from '../../src/features/relay/server/relay.js';
import { transform } from '../../src/features/transform/server/transform.js';
import { builtIn } from '../../src/features/transform/server/transforms.js';
import { framed, telnet, text } from '../../src/framing/index.js';
import { memoryPair } from '../../src/net/index.js';
import { latin1 } from '../support/bytes.js';
import { Recorder } from '../support/recorder.js';

/** What a service receives of `pieces`, and what the client is answered. */
async function through(pieces: readonly string[], layer = telnet): Promise<{ got: string[]; answered: string }> {
  const got: string[] = [];
  const client = new Recorder();
  const lines: Service = layer(framed(text(), () => ({ data: ({ bytes }) => void got.push(latin1(bytes)) })));
  memoryPair(lines, client.service);
  for (const piece of pieces) {
    client.peer.write(Buffer.from(piece, 'latin1'));
    await new Promise(setImmediate);
  }
  client.peer.end();
  await client.closed;
  return { got, answered: client.text };
}

describe('telnet', () => {
  test.each([
    ['an interrupt and a timing mark', '\xff\xf4\xff\xfd\x06after\r\n', '\xff\xfc\x06', ['after']],
    ['each timing mark', '\xff\xfd\x06\xff\xfd\x06', '\xff\xfc\x06\xff\xfc\x06', []],
    ['offers', '\xff\xfb\x18\xff\xfb\x1fhi\r\n', '\xff\xfe\x18\xff\xfe\x1f', ['hi']],
    [
      '8-bit bytes, once',
      '\xff\xfd\0\xff\xfb\0\xff\xfd\0\xc3\xa9\xff\xff\r\n',
      '\xff\xfb\0\xff\xfd\0',
      ['\xc3\xa9\xff'],
    ],
    ['a question whether it is there', '\xff\xf6hi\r\n', '\r\n[wireline is here]\r\n', ['hi']],
    ['a refusal, by nothing', '\xff\xfe\x01\xff\xfc\x03hi\r\n', '', ['hi']],
    ['a subnegotiation, by nothing', 'he\xff\xfa\x18\0xterm\xff\xff\xf0\xff\xf0llo\r\n', '', ['hello']],
  ])('answers %s', async (_, sent, answered, got) => {
    // A command may be in several reads.
    for (const pieces of [[sent], [...sent]]) expect(await through(pieces)).toEqual({ got, answered });
  });

  test('lets a client that has sent a command end lines by CR NUL, and edit them', async () => {
    const edited = '\xff\xfd\x01one\r\0tw\bwo\x7fX\r\n\xff\xf7a\xff\xf7b\xff\xf8c\xc3\xa9\bd\n';
    expect((await through([edited])).got).toEqual(['one', 'twX', 'cd']);
    const plain = 'one\r\0tw\bo\n';
    expect((await through([plain])).got).toEqual(['one\r\0tw\bo']);
  });

  test('leaves a byte 255 that begins no command as it is', async () => {
    expect((await through(['a\xffb\n\xff\xff\n\xff'])).got).toEqual(['a\xffb', '\xff\xff', '\xff']);
  });

  test('looks for commands only from the start where any bytes may come', async () => {
    const layer = (service: Service) => telnet(service, { onlyFromStart: true });
    expect(await through(['a\xff\xfd\x06b\n'], layer)).toEqual({ got: ['a\xff\xfd\x06b'], answered: '' });
    expect(await through(['\xff\xfd\x06b\n'], layer)).toEqual({ got: ['b'], answered: '\xff\xfc\x06' });
  });

  test('a client that asks without end and reads nothing costs no memory', async () => {
    const client = new Recorder({ start: (peer) => peer.pause() });
    const [server] = memoryPair(
      telnet(() => ({ data() {} })),
      client.service,
    );
    for (let at = 0; at < 50; at++) {
      client.peer.write(Buffer.from('\xff\xf6'.repeat(1_000), 'latin1'));
      await new Promise(setImmediate);
    }
    expect(server.backlog).toBeLessThan(20_000);
    client.peer.close('failed');
  });

  test.each([
    ['order', () => order({ output: { write: () => true, whenDrained: (run) => run() } })],
    ['relay', () => relay()],
    ['transform', () => transform({ codec: text(), make: builtIn('upper') as never })],
  ] as [string, () => Service][])('is in %s', async (_, make) => {
    const client = new Recorder();
    memoryPair(make(), client.service);
    client.peer.write(Buffer.from('\xff\xf4\xff\xfd\x06hello\r\n', 'latin1'));
    await client.until(() => client.text.startsWith('\xff\xfc\x06'));
    client.peer.close('failed');
  });
});

test('a byte-order mark is no part of a label', async () => {
  const printed: string[] = [];
  const service = order({
    output: { write: (bytes) => printed.push(Buffer.from(bytes).toString()) > 0, whenDrained: (run) => run() },
    expect: 1,
  });
  const client = new Recorder();
  memoryPair(service, client.service);
  client.peer.write('\ufeffClient X: Alice\n');
  await client.closed;
  expect(printed.join('')).toContain('Client X: Alice\n');
  expect(printed.join('')).not.toContain('\ufeff');
});
