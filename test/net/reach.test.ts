import { EventEmitter } from 'node:events';
import type net from 'node:net';
import { describe, expect, test } from 'vitest';
import { echo } from '../../src/features/echo/server.js';
import { dial, type Server, serve } from '../../src/net/index.js';
import { interleaved, reach } from '../../src/net/reach.js';
import { ManualClock } from '../../src/testing/index.js';
import { listeningChild } from '../support/child.js';
import { rejection } from '../support/code-of.js';
import { freePort } from '../support/free-port.js';
import { Recorder } from '../support/recorder.js';

/** What becomes of each address: it is connected or refused after so many milliseconds, or never answers. */
type Network = Record<string, { after: number; how: 'connects' | 'refuses' } | 'silent'>;

/** Dials the name `far.test` in a network of our own, by a clock of our own. */
function dialling(network: Network, options: { connectTimeoutMs?: number; signal?: AbortSignal } = {}) {
  const clock = new ManualClock();
  const attempts: string[] = [];
  const destroyed: string[] = [];
  class FakeSocket extends EventEmitter {
    host = '';
    connect({ host }: { host: string }, connected: () => void) {
      this.host = host;
      attempts.push(`${host} at ${clock.now()}`);
      const fate = network[host];
      if (fate === undefined || fate === 'silent') return;
      const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      clock.after(fate.after, fate.how === 'connects' ? connected : () => void this.emit('error', refused));
    }
    destroy() {
      destroyed.push(this.host);
    }
  }
  const outcome = reach({ host: 'far.test', port: 9 }, () => new FakeSocket() as unknown as net.Socket, {
    clock,
    lookup: async () => Object.keys(network),
    ...options,
  });
  const winner = outcome.then((socket) => (socket as unknown as FakeSocket).host);
  winner.catch(() => {});
  /** Lets time pass once the name is resolved. */
  const pass = async (ms: number) => {
    await new Promise(setImmediate);
    clock.pass(ms);
  };
  return { winner, attempts, destroyed, pass, error: () => rejection(outcome) };
}

describe('a name with several addresses', () => {
  test.each([
    [
      'the first refuses at once',
      { '::1': { after: 0, how: 'refuses' }, '127.0.0.1': { after: 700, how: 'connects' } },
    ],
    ['the second refuses', { '::1': { after: 700, how: 'connects' }, '127.0.0.1': { after: 0, how: 'refuses' } }],
    ['the first never answers', { '::1': 'silent', '127.0.0.1': { after: 700, how: 'connects' } }],
    ['the second never answers', { '::1': { after: 700, how: 'connects' }, '127.0.0.1': 'silent' }],
  ] as [string, Network][])('is reached at its slow address when %s', async (_which, network) => {
    const { winner, pass } = dialling(network);
    await pass(1000);
    const slow = Object.entries(network).find(([, fate]) => fate !== 'silent' && fate.how === 'connects');
    expect(await winner).toBe(slow?.[0]);
  });

  test('is tried at the next one after 250 ms, or as soon as one has failed, and the others are given up at the end', async () => {
    const { winner, attempts, destroyed, pass } = dialling({
      '10.0.0.1': 'silent',
      '10.0.0.2': { after: 100, how: 'refuses' },
      '10.0.0.3': 'silent',
      '10.0.0.4': { after: 50, how: 'connects' },
      '10.0.0.5': 'silent',
    });
    await pass(2000);
    expect(await winner).toBe('10.0.0.4');
    expect(attempts).toEqual(['10.0.0.1 at 0', '10.0.0.2 at 250', '10.0.0.3 at 350', '10.0.0.4 at 600']);
    expect(destroyed).toEqual(['10.0.0.2', '10.0.0.1', '10.0.0.3']);
  });

  test('fails with what all addresses have in common, or with the reason of each', async () => {
    const refuses = { after: 0, how: 'refuses' } as const;
    const same = dialling({ '::1': refuses, '127.0.0.1': refuses });
    await same.pass(300);
    expect(await same.error()).toMatchObject({
      code: 'unreachable',
      message: 'cannot connect to far.test:9: connection refused (ECONNREFUSED)',
    });
    const other = dialling({ '::1': refuses, '127.0.0.1': 'silent' }, { connectTimeoutMs: 800 });
    await other.pass(799);
    await other.pass(1);
    expect(await other.error()).toMatchObject({
      code: 'timeout',
      message: 'cannot connect to far.test:9: no answer within 800 ms; ::1: connection refused (ECONNREFUSED)',
    });
    expect(other.destroyed).toEqual(['::1', '127.0.0.1']);
  });

  test('is given up by the signal, with every attempt', async () => {
    const abort = new AbortController();
    const { error, destroyed, pass } = dialling({ '::1': 'silent', '127.0.0.1': 'silent' }, { signal: abort.signal });
    await pass(300);
    abort.abort();
    expect((await error()).code).toBe('interrupted');
    expect(destroyed).toEqual(['::1', '127.0.0.1']);
  });

  test('that has none, or is looked up for longer than the time limit, is an error', async () => {
    const none = dialling({});
    await none.pass(0);
    expect(await none.error()).toMatchObject({
      code: 'unreachable',
      message: 'cannot connect to far.test:9: the name has no address',
    });
    const lookup = () => new Promise<string[]>(() => {});
    expect((await rejection(dial(echo(), 'far.test:9', { lookup, connectTimeoutMs: 20 }))).code).toBe('timeout');
  });

  test('has its families tried in turn, beginning with the first one’s', () => {
    expect(interleaved(['::1', '::2', '::3', '10.0.0.1'])).toEqual(['::1', '10.0.0.1', '::2', '::3']);
    expect(interleaved(['10.0.0.1', '10.0.0.2', '::1'])).toEqual(['10.0.0.1', '::1', '10.0.0.2']);
    expect(interleaved([])).toEqual([]);
  });
});

describe('over real sockets', () => {
  test('a server that answers late is reached by name, though its other address refuses', async () => {
    const { child, port } = await listeningChild({ host: '127.0.0.1', port: 0, backlog: 0 });
    child.kill('SIGSTOP');
    // The queue of a stopped server fills up: a connection is then not answered until it accepts again.
    for (let n = 0; n < 20; n++) {
      const filler = await dial(new Recorder({ end() {} }).service, `127.0.0.1:${port}`, {
        connectTimeoutMs: 150,
      }).catch((error) => error);
      if (filler instanceof Error) break;
    }
    const dialled = dial(new Recorder().service, `late.test:${port}`, { lookup: async () => ['127.0.0.1', '::1'] });
    setTimeout(() => child.kill('SIGCONT'), 400);
    const peer = await dialled;
    expect([peer.state, peer.remote]).toEqual(['open', `late.test:${port}`]);
    peer.close('ended');
  });

  test('a name is not looked up for an IP address and for localhost', async () => {
    const server: Server = await serve(echo(), 'localhost:0');
    const { port } = server.address;
    const lookup = async () => {
      throw new Error('looked up');
    };
    for (const host of ['localhost', '127.0.0.1']) (await dial(echo(), `${host}:${port}`, { lookup })).close('ended');
    const error = await rejection(dial(echo(), `elsewhere.test:${await freePort()}`, { lookup }));
    expect(error.message).toMatch(/looked up$/);
    await server.close();
  });
});
