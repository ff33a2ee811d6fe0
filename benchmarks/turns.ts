import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, start, stop, untilListening, wireline } from './support/children.js';
import type { Question } from './support/question.js';
import { table } from './support/tables.js';

const host = '127.0.0.1';
/** How long each service is driven, in milliseconds. */
const driveMs = 5_000;

/** A service, a probe that one client makes again and again, and traffic that is meant to stop it. */
interface Attack {
  readonly name: string;
  readonly traffic: string;
  readonly command: (port: string, folder: string) => readonly string[];
  /** What the probe says, and how the answer ends. */
  readonly probe: { readonly hello?: string; readonly say: string; readonly answer: string };
  /** Connections that attack, and what each sends, again and again while it is taken. */
  readonly clients: number;
  readonly send: (client: number) => string | Buffer;
  /** False for attackers that never read. */
  readonly reads: boolean;
}

const json = (...messages: object[]) => messages.map((message) => `${JSON.stringify(message)}\n`).join('');
const hello = (name?: string) => json({ type: 'hello', version: 1, ...(name ? { name } : {}) });
const ping = { hello: hello(), say: json({ type: 'ping' }), answer: 'pong"}\n' };
const join32 = json({ type: 'join', room: 'lobby', replay: 0 });
const chat = (port: string) => ['serve', 'chat', '-q', `${host}:${port}`];
const files = {
  command: (port: string, folder: string) => ['serve', 'files', folder, '-q', `${host}:${port}`],
  probe: { say: '{"get":"f1"}\n', answer: '"}\n' },
};

const attacks: readonly Attack[] = [
  {
    name: 'chat',
    traffic: '10 members say bodies of 256 KiB of newlines',
    command: chat,
    probe: ping,
    clients: 10,
    send: (client) =>
      hello(`member-${client}`) + join32 + json({ type: 'say', room: 'lobby', body: '\n'.repeat(262_144) }).repeat(20),
    reads: true,
  },
  {
    name: 'chat',
    traffic: '20 members ask for history, 97 times each',
    command: chat,
    probe: ping,
    clients: 20,
    send: (client) =>
      (client === 0
        ? hello() + join32 + json({ type: 'say', room: 'lobby', body: 'x'.repeat(262_144) }).repeat(40)
        : '') || hello() + join32 + json({ type: 'history', room: 'lobby', limit: 200 }).repeat(97),
    reads: true,
  },
  {
    name: 'files',
    traffic: '4 clients ask for a list of 1,000 files without end, and read nothing',
    ...files,
    clients: 4,
    send: () => '{"list":""}\n'.repeat(500),
    reads: false,
  },
  {
    name: 'files',
    traffic: '50 clients have a sparse file of 10 GiB hashed',
    ...files,
    clients: 50,
    send: () => `{"get":"sparse","offset":${10 * 1024 ** 3},"prefix":"x"}\n`,
    reads: true,
  },
  {
    name: 'transform',
    traffic: '4 clients have 240 KB of decomposed letters reversed',
    command: (port) => ['serve', 'transform', '--with', 'reverse', '-q', `${host}:${port}`],
    probe: { say: 'hello\n', answer: 'olleh\n' },
    clients: 4,
    send: () => `${'e\u0301'.repeat(80_000)}\n`.repeat(5),
    reads: true,
  },
  ...(['echo', 'transform --with upper', 'relay', 'order --keep --expect 100000'] as const).map((service): Attack => {
    const [name = '', ...options] = service.split(' ');
    return {
      name,
      traffic: '200 clients flood lines of 64 bytes, and read nothing',
      command: (port) => ['serve', name, ...options, '-q', `${host}:${port}`],
      // Relay and order answer nobody alone: telnet's question is answered by both.
      probe:
        name === 'echo' || name === 'transform'
          ? { say: 'hello\n', answer: '\n' }
          : { say: '\u00ff\u00f6', answer: 'here]\r\n' },
      clients: 200,
      send: () => `${'x'.repeat(63)}\n`.repeat(1_000),
      reads: false,
    };
  }),
];

/** Milliseconds that the answer to a probe takes beside the worst traffic of each service. */
export const turns: Question = {
  name: 'turns',
  title: 'A probe beside the worst traffic',
  about:
    `One client asks, and asks again when it is answered, while others send what stopped a server for seconds once, for ${driveMs / 1000} s. ` +
    'Milliseconds from the question to the end of the answer. To reach: 250 ms at the 99th percentile.',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'wireline-turns-'));
    for (let at = 0; at < 1_000; at++) writeFileSync(join(folder, `f${at}`), 'x');
    writeFileSync(join(folder, 'sparse'), '');
    truncateSync(join(folder, 'sparse'), 10 * 1024 ** 3);
    const rows: string[][] = [];
    for (const attack of attacks) rows.push(await measured(attack, folder));
    rmSync(folder, { recursive: true });
    return table(['service', 'traffic', 'probes', 'median', 'p99', 'longest'], rows);
  },
};

async function measured(attack: Attack, folder: string): Promise<string[]> {
  const port = String(await freePort());
  const child = start(wireline(...attack.command(port, folder)));
  await untilListening(Number(port));
  // In a process of its own: the probe would else wait for what the attackers write.
  const attackers = start([process.execPath, process.argv[1] as string, 'attack', `${attacks.indexOf(attack)}`, port]);
  // The probe comes when they are there: a relay would else give it one of them as its partner.
  await sleep(1_000);
  const times = await probed(Number(port), attack.probe);
  await stop(attackers);
  await stop(child);
  times.sort((a, b) => a - b);
  const at = (part: number) =>
    (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN).toFixed(1);
  return [attack.name, attack.traffic, String(times.length), at(0.5), at(0.99), at(1)];
}

/** The attackers of one row, for as long as it is measured. */
export function attackFor(index: string, port: string): void {
  const attack = attacks[Number(index)] as Attack;
  for (let client = 0; client < attack.clients; client++) attacker(Number(port), attack, client);
  setTimeout(() => process.exit(), driveMs + 60_000);
}

/** Sends the traffic of one client as fast as it is taken. */
function attacker(port: number, { send, reads }: Attack, client: number): net.Socket {
  const socket = net.connect(port, host).on('error', () => {});
  const bytes = Buffer.from(send(client));
  const again = () => {
    while (socket.writable && socket.write(bytes));
  };
  socket.on('drain', again).once('connect', again);
  if (reads) socket.resume();
  else socket.pause();
  return socket;
}

/** Asks again and again, and gives how long each answer took. One that never comes counts with the time that is left. */
async function probed(port: number, { hello: first = '', say, answer }: Attack['probe']): Promise<number[]> {
  const socket = net.connect(port, host).on('error', () => {});
  let heard = '';
  let wake = () => {};
  socket.on('data', (chunk) => {
    heard = (heard + chunk.toString('latin1')).slice(-4096);
    wake();
  });
  if (first !== '') socket.write(first);
  await sleep(500);
  const times: number[] = [];
  const until = performance.now() + driveMs;
  while (performance.now() < until) {
    heard = '';
    const asked = performance.now();
    socket.write(Buffer.from(say, 'latin1'));
    while (!heard.endsWith(answer) && performance.now() < until + 30_000) {
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), sleep(1_000)]);
    }
    times.push(performance.now() - asked);
    await sleep(5);
  }
  socket.destroy();
  return times;
}
