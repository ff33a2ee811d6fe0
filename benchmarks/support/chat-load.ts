import { setTimeout as sleep } from 'node:timers/promises';
import { ChatRoom } from './chat-room.js';
import type { Protocol } from './chat-wire.js';
import { start } from './children.js';

/** What the chat's load generator does. */
export interface ChatLoad {
  readonly port: number;
  readonly protocol: Protocol;
  readonly members: number;
  /** `one` more than the members sends, or `all` members do. */
  readonly senders: 'one' | 'all';
  /** Messages that may be on their way to the slowest member; with `acknowledged`, those of a sender to the server. */
  readonly window: number;
  /** Messages a second, instead of as many as the window lets pass: then their delay is measured. */
  readonly rate?: number;
  /** Whether each message is to be acknowledged, and acknowledgements are what is counted. */
  readonly acknowledged?: boolean;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What it found. */
export interface ChatResult {
  /** Deliveries a second; with `acknowledged`, acknowledgements. */
  readonly rate: number;
  /** Messages a second. */
  readonly sent: number;
  /** How much of a core the generator itself took. */
  readonly busy: number;
  /** Milliseconds from the writing of a message to its receipt, with a `rate`. */
  readonly p50?: number;
  readonly p99?: number;
}

/** Runs the load in a process of its own. Rejects where the server lost a message or closed a connection. */
export async function underChatLoad(load: ChatLoad): Promise<ChatResult> {
  const child = start([process.execPath, process.argv[1] as string, 'chat-load', JSON.stringify(load)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) said += chunk;
  const result = JSON.parse(said || '{"error":"the generator said nothing"}') as ChatResult & { error?: string };
  if (result.error !== undefined) throw new Error(result.error);
  return result;
}

/** The generator's process: prints a {@link ChatResult}. */
export async function generateChatLoad(options: string): Promise<void> {
  const load = JSON.parse(options) as ChatLoad;
  const room = new ChatRoom(load, (message) => done({ error: message }));
  await room.enter();
  room.begin();
  await sleep(load.warmUpMs);
  const [before, sent, cpu, from] = [room.counted(), room.sent, process.cpuUsage(), performance.now()];
  room.delays = load.rate === undefined ? undefined : [];
  await sleep(load.measureMs);
  const [after, used, ms] = [room.counted(), process.cpuUsage(cpu), performance.now() - from];
  const perSecond = (count: number) => (count / ms) * 1000;
  const result = { rate: perSecond(after - before), sent: perSecond(room.sent - sent) };
  const delays = room.delays?.sort((a, b) => a - b);
  room.delays = undefined;
  await room.finish();
  const at = (share: number) => delays?.[Math.floor(delays.length * share)];
  done({ ...result, busy: (used.user + used.system) / 1000 / ms, p50: at(0.5), p99: at(0.99) });
}

let said = false;

function done(result: object): void {
  if (said) return;
  said = true;
  process.stdout.write(JSON.stringify(result), () => process.exit());
}
