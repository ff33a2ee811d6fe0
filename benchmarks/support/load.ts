import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, start } from './children.js';
import { heldTo } from './placement.js';

/** What the load generator does. */
export interface Load {
  readonly port: number;
  readonly connections: number;
  /** Messages in flight a connection. */
  readonly depth: number;
  /** Bytes of a message, of which the last is a newline; a reply is as long. */
  readonly size: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What it found. */
export interface LoadResult {
  /** Replies a second. */
  readonly rate: number;
  /** How much of a core the generator itself took, from 0 to 1: near 1 it may be what limits the rate. */
  readonly busy: number;
}

/** Runs the load in a process of its own, held to one core where that is given. */
export async function underLoad(load: Load, core?: number): Promise<LoadResult> {
  const command: Command = [process.execPath, process.argv[1] as string, 'load', JSON.stringify(load)];
  const placed = core === undefined ? command : heldTo(core, command);
  const child = start(placed, { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) said += chunk;
  const result = JSON.parse(said || '{}') as LoadResult & { error?: string };
  if (result.error !== undefined) throw new Error(result.error);
  return result;
}

let replies = 0;
let answering = 0;
const memory = Buffer.allocUnsafe(64 * 1024);

/** The generator's process: one thread, one read buffer for all sockets, a write for each read. Prints a {@link LoadResult}. */
export async function generateLoad(options: string): Promise<void> {
  const load = JSON.parse(options) as Load;
  const messages = Buffer.alloc(load.size * load.depth, `${'x'.repeat(load.size - 1)}\n`);
  // A few at a time: a full backlog (ncat's is 10) costs a second a try.
  for (let i = 0; i < load.connections; i++) {
    connect(load, messages);
    for (let tries = 0; answering + 4 <= i && tries < 1000; tries++) await sleep(1);
  }
  for (let waited = 0; answering < load.connections; waited += 20) {
    if (waited > 15_000) return done({ error: `${answering} of ${load.connections} connections were answered` });
    await sleep(20);
  }
  await sleep(load.warmUpMs);
  const [before, cpu, from] = [replies, process.cpuUsage(), performance.now()];
  await sleep(load.measureMs);
  const [got, used, ms] = [replies - before, process.cpuUsage(cpu), performance.now() - from];
  done({ rate: (got / ms) * 1000, busy: (used.user + used.system) / 1000 / ms });
}

function connect({ port, size }: Load, messages: Buffer): void {
  let received = 0;
  const callback = (bytes: number): boolean => {
    if (received === 0) answering++;
    const whole = Math.floor(((received % size) + bytes) / size);
    received += bytes;
    if (whole === 0) return true;
    replies += whole;
    socket.write(messages.subarray(0, whole * size));
    return true;
  };
  const onread = { buffer: memory, callback };
  const socket = net.connect({ host: '127.0.0.1', port, noDelay: true, onread }, () => socket.write(messages));
  socket.on('error', (error) => done({ error: error.message }));
  socket.on('end', () => done({ error: 'the server closed a connection' }));
}

function done(result: LoadResult | { error: string }): void {
  process.stdout.write(JSON.stringify(result), () => process.exit());
}
