import { expect, test } from 'vitest';
import { type Dialect, startsWith } from '../../src/net/dialect.js';
import { detect, memoryPair } from '../../src/net/index.js';
import { ManualClock } from '../../src/testing/index.js';
import { bytes } from '../support/bytes.js';
import { Recorder } from '../support/recorder.js';

function setUp() {
  const clock = new ManualClock();
  const [client, json, get, plain] = [new Recorder(), new Recorder(), new Recorder(), new Recorder()];
  const dialect = (start: string, { service }: Recorder): Dialect => ({
    name: start,
    matches: (first) => startsWith(first, bytes(start)),
    service,
  });
  const service = detect([dialect('{', json), dialect('GET ', get)], plain.service, { clock, silenceMs: 200 });
  memoryPair(client.service, service);
  return { clock, client, json, get, plain };
}

test('the first bytes decide, and are not lost', async () => {
  const { client, json, plain } = setUp();
  client.peer.write(bytes('{"a":1}'));
  client.peer.write(bytes(' and on'));
  await json.until(() => json.text === '{"a":1} and on');
  expect(plain.events).toEqual([]);
});

test('bytes that decide nothing yet are kept until they do', async () => {
  const { client, get } = setUp();
  for (const byte of 'GET /') client.peer.write(bytes(byte));
  await get.until(() => get.text === 'GET /');
});

test('what begins like a dialect and is none goes to the other service', async () => {
  const { client, plain } = setUp();
  client.peer.write(bytes('GE'));
  client.peer.write(bytes('E whiz'));
  await plain.until(() => plain.text === 'GEE whiz');
});

test('silence is served by the other service, after the time and not before', async () => {
  const { clock, client, plain } = setUp();
  clock.pass(199);
  await new Promise(setImmediate);
  expect(plain.events).toEqual([]);
  clock.pass(1);
  await plain.saw('service');
  client.peer.write(bytes('hello'));
  await plain.until(() => plain.text === 'hello');
});

test('a beginning that stays one is given to the other service', async () => {
  const { clock, client, plain } = setUp();
  client.peer.write(bytes('GE'));
  await new Promise(setImmediate);
  clock.pass(200);
  await plain.until(() => plain.text === 'GE');
});

test('a client that is late, and was greeted, is still understood', async () => {
  const { clock, client, json, plain } = setUp();
  clock.pass(200);
  await plain.saw('service');
  client.peer.write(bytes('{"a":1}'));
  await json.until(() => json.text === '{"a":1}');
  expect(plain.events).toEqual(['service', 'close']);
  expect(plain.size).toBe(0);
  client.peer.end();
  await json.saw('end');
});

test('only the first bytes of a greeted client can change its dialect', async () => {
  const { clock, client, json, plain } = setUp();
  clock.pass(200);
  await plain.saw('service');
  client.peer.write(bytes('hello\n'));
  client.peer.write(bytes('{"a":1}'));
  await plain.until(() => plain.text === 'hello\n{"a":1}');
  expect(json.events).toEqual([]);
});

test('a client that ends without a word is served, and ended', async () => {
  const { client, plain } = setUp();
  client.peer.end();
  await plain.saw('end');
  expect((await client.closed).reason).toBe('ended');
});

test('a client that is gone before it is known is nobody’s', async () => {
  const { clock, client, plain } = setUp();
  client.peer.close('failed');
  await new Promise(setImmediate);
  clock.pass(1000);
  await new Promise(setImmediate);
  expect(plain.events).toEqual([]);
});
