import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WirelineError } from '../../src/core/index.js';
import { echo } from '../../src/features/echo/server.js';
import { dial, type Server, serve } from '../../src/net/index.js';
import { reachedItself } from '../../src/net/raw-socket.js';
import { listeningChild } from '../support/child.js';
import { rejection } from '../support/code-of.js';
import { freePort } from '../support/free-port.js';
import { Recorder } from '../support/recorder.js';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serving(address: string): Promise<number> {
  const server = await serve(echo(), address);
  servers.push(server);
  return server.address.port as number;
}

/** A port whose server is alive but accepts nothing: once its queue is full, the system answers no one. */
async function silentPort(): Promise<number> {
  const { child, port } = await listeningChild({ host: '127.0.0.1', port: 0, backlog: 1 });
  child.kill('SIGSTOP');
  return port;
}

/** Dials `address` until the queue of its server is full, and gives the error of the dial that was too many. */
async function dialUntilFull(address: string, options: () => object): Promise<WirelineError> {
  for (;;) {
    const quiet = new Recorder({ end() {} });
    const outcome = await dial(quiet.service, address, options()).catch((error: WirelineError) => error);
    if (outcome instanceof WirelineError) return outcome;
  }
}

describe('dial', () => {
  test.each(['127.0.0.1:0', '[::1]:0'])('finds localhost on %s', async (where) => {
    const port = await serving(where);
    const client = new Recorder();
    const peer = await dial(client.service, `localhost:${port}`);
    expect([peer.remote, peer.state]).toEqual([`localhost:${port}`, 'open']);
    peer.write(Buffer.from('hello'));
    peer.end();
    expect(await client.closed).toEqual({ reason: 'ended' });
    expect(client.text).toBe('hello');
  });

  test.each(['127.0.0.1', 'localhost', '[::1]'])('says in words that nobody listens on %s', async (host) => {
    const port = await freePort();
    const error = await rejection(dial(echo(), `${host}:${port}`));
    expect(error.code).toBe('unreachable');
    expect(error.message).toBe(`cannot connect to ${host}:${port}: connection refused (ECONNREFUSED)`);
    expect((error.cause as NodeJS.ErrnoException).code).toBe('ECONNREFUSED');
  });

  test('knows a socket that has reached itself, which happens where nobody listens', async () => {
    const port = await freePort();
    const own = net.connect({ host: '127.0.0.1', port, localPort: port });
    await once(own, 'connect');
    expect(reachedItself(own)).toBe(true);
    own.destroy();
    const other = net.connect({ host: '127.0.0.1', port: await serving('127.0.0.1:0') });
    await once(other, 'connect');
    expect(reachedItself(other)).toBe(false);
    other.destroy();
  });

  test('says in words that a Unix socket is not there', async () => {
    const error = await rejection(dial(echo(), 'unix:/no/such/socket'));
    expect(error.code).toBe('unreachable');
    expect(error.message).toBe('cannot connect to unix:/no/such/socket: no such file (ENOENT)');
  });

  test('says in words that a host is unknown', async () => {
    const error = await rejection(dial(echo(), 'no-such-host.invalid:9000'));
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(
      /^cannot connect to no-such-host\.invalid:9000: (unknown host \(ENOTFOUND\)|the name could not be looked up \(EAI_AGAIN\))$/,
    );
  });

  test('refuses what is no address', async () => {
    expect((await rejection(dial(echo(), 'nonsense'))).code).toBe('usage');
  });

  test('gives up after its time limit', async () => {
    const port = await silentPort();
    const error = await dialUntilFull(`127.0.0.1:${port}`, () => ({ connectTimeoutMs: 150 }));
    expect(error.code).toBe('timeout');
    expect(error.message).toBe(`cannot connect to 127.0.0.1:${port}: no answer within 150 ms`);
  });
});

describe('the signal of dial', () => {
  test('that is already aborted keeps it from connecting', async () => {
    const address = `127.0.0.1:${await serving('127.0.0.1:0')}`;
    expect((await rejection(dial(echo(), address, { signal: AbortSignal.abort() }))).code).toBe('interrupted');
    const signal = AbortSignal.abort(new WirelineError('timeout', 'too late'));
    expect((await rejection(dial(echo(), address, { signal }))).code).toBe('timeout');
  });

  test('ends a connection attempt', async () => {
    const port = await silentPort();
    const error = await dialUntilFull(`127.0.0.1:${port}`, () => ({ signal: AbortSignal.timeout(150) }));
    expect(error.code).toBe('interrupted');
    expect(error.message).toBe(`cannot connect to 127.0.0.1:${port}: given up`);
  });

  test('closes the connection that stands, for its reason', async () => {
    const address = `127.0.0.1:${await serving('127.0.0.1:0')}`;
    for (const [cause, reason] of [
      [undefined, 'interrupted'],
      [new WirelineError('timeout', 'too late'), 'timeout'],
    ] as const) {
      const abort = new AbortController();
      const client = new Recorder();
      await dial(client.service, address, { signal: abort.signal });
      abort.abort(cause);
      const why = await client.closed;
      expect(why.reason).toBe(reason);
      expect(why.error).toBeInstanceOf(WirelineError);
    }
  });
});
