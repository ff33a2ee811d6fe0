import { createHash } from 'node:crypto';
import net from 'node:net';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/index.js';
import { ChatClient } from '../../src/features/chat/client/client.js';
import type { ServerMessage } from '../../src/features/chat/protocol/messages.js';

/** What a member of a swarm has heard, and what it was told of its own words. */
export class Heard {
  readonly entries: (ServerMessage & { type: 'entry' })[] = [];
  /** The number that each of its bodies was acknowledged with. */
  readonly acknowledged = new Map<string, number>();
  readonly failed: string[] = [];
  readonly missed: unknown[] = [];
  /** A hash of all entries so far: that of the N-th entry is the same for all members. */
  readonly hashes: string[] = [];
  readonly client: ChatClient;
  readonly ended: Promise<void>;
  joins = 0;
  connected = false;
  #said = 0;
  readonly #bodies = new Map<string, string>();

  constructor(
    port: number,
    readonly name: string,
    replay: number,
  ) {
    const stop = new AbortController();
    const options = { name, rooms: ['lobby'], replay, clock: systemClock, signal: stop.signal };
    this.client = new ChatClient({ host: '127.0.0.1', port }, options, {
      state: ({ at }) => {
        this.connected = at === 'connected';
      },
      message: (message, missed) => this.#hear(message, missed),
      said: (id, outcome) => {
        const body = this.#bodies.get(id) as string;
        if ('number' in outcome) this.acknowledged.set(body, outcome.number);
        else this.failed.push(outcome.failed);
      },
    });
    this.ended = this.client.run();
    this.ended.catch(() => {});
    onTestFinished(() => stop.abort());
  }

  /** Says something that nobody else says, and that this member says once. */
  say(): void {
    const body = `${this.name}-${++this.#said}`;
    this.#bodies.set(this.client.say('lobby', body), body);
  }

  get said(): number {
    return this.#said;
  }

  #hear(message: ServerMessage, missed: unknown): void {
    if (message.type === 'joined') {
      this.joins++;
      if (missed) this.missed.push(missed);
    }
    if (message.type !== 'entry') return;
    const { number, from, body } = message;
    const before = this.hashes.at(-1) ?? '';
    this.hashes.push(createHash('sha256').update(`${before}${number} ${from} ${body}`).digest('base64'));
    this.entries.push(message);
  }
}

/** A proxy to `port` that can cut one of its connections, of all those that there are. */
export async function cuttingProxy(port: number): Promise<{ port: number; cutOne(random: () => number): void }> {
  const clients = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    const cut = () => {
      clients.delete(client);
      for (const socket of [client, upstream]) if (!socket.destroyed) socket.resetAndDestroy();
    };
    for (const socket of [client, upstream]) socket.on('error', cut).on('close', cut);
    client.pipe(upstream).pipe(client);
    clients.add(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const client of clients) client.destroy();
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    cutOne(random) {
      const all = [...clients];
      all[Math.floor(random() * all.length)]?.resetAndDestroy();
    },
  };
}
