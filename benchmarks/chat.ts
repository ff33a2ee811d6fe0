import { setTimeout as sleep } from 'node:timers/promises';
import { type ChatLoad, type ChatResult, underChatLoad } from './support/chat-load.js';
import { type ChatServer, chatPeers, ourChat, ourChatOnDisk } from './support/chat-peers.js';
import { freePort, start, stop, untilListening } from './support/children.js';
import type { Question } from './support/question.js';
import { type Contender, interleaved, type Measured, median } from './support/rounds.js';
import { comparison, number } from './support/tables.js';

const rounds = 3;
const window = 1000;
const times = { warmUpMs: 1000, measureMs: 1500 };

type Scene = Pick<ChatLoad, 'members' | 'senders'>;

const ours = ourChat('`wireline serve chat`', 'json');
const onDisk = ourChatOnDisk('the same, `--log sqlite:FILE`', 'json');
const throughput = [ours, onDisk, ourChat('the same to plain-text clients', 'plain'), ...chatPeers];
const nats = chatPeers.at(-1) as ChatServer;

const about =
  'Messages of 64 bytes; a delivery is a message that a member has received. One load generator for all, in a process ' +
  `of its own, only counts bytes; at most ${number(window)} messages are on their way to the slowest member, and a ` +
  'server that loses one of them has no figure. The delay is that from the write of the sender to the read of a member, ' +
  'at half the rate that the slower of us and nats-server reached.';

/** Messages of 64 bytes to a room, and how many of them can be stored. */
export const chats: readonly Question[] = [
  {
    name: 'chat',
    title: 'One sender to a room of 100',
    about:
      `${about} None of the others numbers or stores a message, which ours does. A delivery of ours is about 158 bytes ` +
      'in JSON and 73 in plain text, one of nats-server 82, of ngircd about 110, and ncat relays the 64 bytes that it ' +
      'read; ncat leaves the algorithm of Nagle on, so that its figure jumps with the window. ' +
      '`bash scripts/install-peers.sh --benchmarks` installs the others. To reach: 3.00 of ncat and ngircd, 1.00 of ' +
      'nats-server, a 99th percentile of at most twice its own, and with SQLite (each commit synchronised) half of our ' +
      'log in memory: a ratio of at most 2.00.',
    run: () => answer({ members: 100, senders: 'one' }),
  },
  {
    name: 'chat-1000',
    title: 'One sender to a room of 1,000',
    about:
      'As in a room of 100. Here the bytes are what counts: the deliveries of ours in JSON, at 158 bytes each, are more ' +
      'bytes a second through the loopback interface than iperf3 sends in the table above, and those in plain text about ' +
      'as many; three times as many deliveries as ncat, which relays 64 bytes, would be more than twice of what iperf3 ' +
      'reaches. The aim is missed for that reason.',
    run: () => answer({ members: 1000, senders: 'one' }),
  },
  {
    name: 'chat-all',
    title: 'A room of 100 that all send',
    about: 'As with one sender.',
    run: () => answer({ members: 100, senders: 'all' }),
  },
  {
    name: 'chat-stored',
    title: 'Messages that a room acknowledges',
    about:
      '100 members of a room that all send and all hear each other, each with 64 messages that are not yet ' +
      'acknowledged. With SQLite each commit is synchronised. To reach: 20,000 a second.',
    run: acknowledged,
  },
];

async function answer(scene: Scene): Promise<string> {
  const found = await measured(throughput, { ...scene, window, ...times }, ({ rate }) => rate);
  const sent = (server: ChatServer) => median(found.results(server).map((result) => result.sent));
  const busy = Math.round(median(found.results(ours).map((result) => result.busy)) * 100);
  const text = `Generator at ${busy}%:\n\n${comparison(found.measured, { unit: 'deliveries/s' })}`;
  const rate = Math.min(sent(ours), sent(nats) || Number.POSITIVE_INFINITY) / 2;
  const late = await measured([ours, nats], { ...scene, window, ...times, rate }, ({ p99 }) => p99 ?? Number.NaN);
  const middle = [ours, nats].map((server) => median(late.results(server).map(({ p50 }) => p50 ?? Number.NaN)));
  const p50 = middle.map((ms) => number(ms, 2)).join(' and ');
  const style = { unit: 'p99, ms', digits: 2 };
  return `${text}\n\nThe delay at ${number(rate)} messages/s (p50: ${p50} ms):\n\n${comparison(late.measured, style)}`;
}

async function acknowledged(): Promise<string> {
  const load = { members: 100, senders: 'all', window: 64, acknowledged: true, ...times } as const;
  const found = await measured([onDisk, ours], load, ({ rate }) => rate);
  return comparison(found.measured, { unit: 'acknowledged/s', ratio: 'SQLite / row' });
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
