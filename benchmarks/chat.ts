import { setTimeout as sleep } from 'node:timers/promises';
import { type ChatLoad, type ChatResult, underChatLoad } from './support/chat-load.js';
import { type ChatServer, chatPeers, ourChat, ourChatOnDisk } from './support/chat-peers.js';
import { freePort, start, stop, untilListening } from './support/children.js';
import type { Question } from './support/question.js';
import { type Contender, interleaved, type Measured, median } from './support/rounds.js';
import { comparison, number } from './support/tables.js';

const rounds = 3;
const window = 1000;
const times = { warmUpMs: 1500, measureMs: 2500 };

type Scene = Pick<ChatLoad, 'members' | 'senders'> & { readonly title: string };
const scenes: readonly Scene[] = [
  { title: 'One sender to 100 members', members: 100, senders: 'one' },
  { title: 'One sender to 1,000 members', members: 1000, senders: 'one' },
  { title: '100 members that all send', members: 100, senders: 'all' },
];

const ours = ourChat('`wireline serve chat`', 'json');
const onDisk = ourChatOnDisk('the same, `--log sqlite:FILE`', 'json');
const throughput = [ours, onDisk, ourChat('the same to plain-text clients', 'plain'), ...chatPeers];
const nats = chatPeers.at(-1) as ChatServer;

/** Messages of 64 bytes to rooms of 100 and 1,000. */
export const chat: Question = {
  name: 'chat',
  title: 'A room of 100 and of 1,000',
  about:
    'Messages of 64 bytes; a delivery is a message that a member has received. One load generator for all, in a process ' +
    `of its own, that only counts bytes; at most ${number(window)} messages are on their way to the slowest member, ` +
    'and a server that loses one of them has no figure. The delay is that from the write of the sender to the read of ' +
    'a member, at half the rate that the slower of us and nats-server reached. ncat relays bytes, and none of the ' +
    'others numbers or stores a message, which ours does. `bash scripts/install-benchmark-peers.sh` installs them. To ' +
    'reach: 3.00 of ncat and ngircd, 1.00 of nats-server, a 99th percentile of at most twice its own, and with SQLite ' +
    '(every commit synchronised) 0.50 of our log in memory and 20,000 acknowledged messages a second.',
  async run() {
    const answers = [];
    for (const scene of scenes) answers.push(await answer(scene));
    answers.push(await acknowledged());
    return answers.join('\n\n');
  },
};

async function answer(scene: Scene): Promise<string> {
  process.stderr.write(` ${scene.title}\n`);
  const { title: _, ...who } = scene;
  const found = await measured(throughput, { ...who, window, ...times }, ({ rate }) => rate);
  const sent = (server: ChatServer) => median(found.results(server).map((result) => result.sent));
  const busy = Math.round(median(found.results(ours).map((result) => result.busy)) * 100);
  const text = `${scene.title} (generator at ${busy}%):\n\n${comparison(found.measured, { unit: 'deliveries/s' })}`;
  const rate = Math.min(sent(ours), sent(nats) || Number.POSITIVE_INFINITY) / 2;
  const late = await measured([ours, nats], { ...who, window, ...times, rate }, ({ p99 }) => p99 ?? Number.NaN);
  const middle = [ours, nats].map((server) => median(late.results(server).map(({ p50 }) => p50 ?? Number.NaN)));
  const p50 = middle.map((ms) => number(ms, 2)).join(' and ');
  const style = { unit: 'p99, ms', digits: 2 };
  return `${text}\n\nThe delay at ${number(rate)} messages/s (p50: ${p50} ms):\n\n${comparison(late.measured, style)}`;
}

async function acknowledged(): Promise<string> {
  process.stderr.write(' acknowledged\n');
  const load = { members: 100, senders: 'all', window: 64, acknowledged: true, ...times } as const;
  const found = await measured([onDisk, ours], load, ({ rate }) => rate);
  const text = '100 members that all send, each with 64 messages that are not yet acknowledged:';
  return `${text}\n\n${comparison(found.measured, { unit: 'acknowledged/s', ratio: 'SQLite / row' })}`;
}

interface Found {
  readonly measured: Measured[];
  results(server: ChatServer): ChatResult[];
}

/** Each server is started anew for each of its turns. */
async function measured(
  servers: readonly ChatServer[],
  load: Omit<ChatLoad, 'port' | 'protocol'>,
  figure: (result: ChatResult) => number,
): Promise<Found> {
  const results = new Map<ChatServer, ChatResult[]>(servers.map((server) => [server, []]));
  const contenders = servers.map((server): Contender => {
    const measure = async () => {
      const result = await once(server, load);
      results.get(server)?.push(result);
      return figure(result);
    };
    return { name: server.name, needs: [server.program], measure };
  });
  return { measured: await interleaved(contenders, rounds), results: (server) => results.get(server) ?? [] };
}

async function once({ command, protocol }: ChatServer, load: Omit<ChatLoad, 'port' | 'protocol'>): Promise<ChatResult> {
  const port = await freePort();
  const server = start(command(String(port)));
  try {
    await untilListening(port);
    return await underChatLoad({ ...load, port, protocol });
  } finally {
    await stop(server);
    await sleep(200);
  }
}
