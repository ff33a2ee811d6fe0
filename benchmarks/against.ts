import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { underChatLoad } from './support/chat-load.js';
import { type Command, ended, freePort, root, start, stop, untilListening } from './support/children.js';
import { randomFile, temporaryFolder } from './support/data.js';
import { underLoad } from './support/load.js';
import { type Contender, interleaved, median } from './support/rounds.js';

const host = '127.0.0.1';
const streamSize = 1024 ** 3;

/** A build of wireline: its command with arguments. */
type Build = (...args: string[]) => Command;

/** Something that both builds do: a figure of which more is better. */
interface Measure {
  readonly name: string;
  readonly rounds: number;
  of(build: Build): Promise<number>;
}

/**
 * Measures this clone against the revision `revision`, which is checked out and built in a folder of its own, in turn, in one run. Returns a
 * table of ratios: above 1, this clone is faster.
 */
export async function against(revision: string): Promise<string> {
  const folder = checkedOut(revision);
  const rows: string[] = [];
  try {
    const builds = [built(folder), built(root)];
    for (const measure of measures()) rows.push(await row(measure, builds));
  } finally {
    spawnSync('git', ['worktree', 'remove', '--force', folder], { cwd: root });
  }
  return `| more is better | ${revision} | here | ratio |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

function built(folder: string): Build {
  return (...args) => [process.execPath, join(folder, 'dist/cli.cjs'), ...args];
}

function checkedOut(revision: string): string {
  const folder = join(temporaryFolder(), 'against');
  run('git', ['worktree', 'add', '--detach', folder, revision], root);
  run(process.execPath, ['scripts/setup.mjs'], folder);
  return folder;
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr.trim().split('\n').at(-1)}`);
}

async function row({ name, rounds, of }: Measure, builds: readonly Build[]): Promise<string> {
  process.stderr.write(`${name}\n`);
  const contenders = builds.map(
    (build, at): Contender => ({ name: at === 0 ? 'before' : 'here', measure: () => of(build) }),
  );
  const [before, here] = (await interleaved(contenders, rounds)).map(({ figures, skipped }) => {
    if (skipped !== undefined) throw new Error(`${name}: ${skipped}`);
    return median(figures);
  }) as [number, number];
  return `| ${name} | ${before.toPrecision(4)} | ${here.toPrecision(4)} | ${(here / before).toFixed(2)} |`;
}

function measures(): Measure[] {
  const folder = temporaryFolder();
  const file = randomFile(join(folder, 'stream'), streamSize);
  const line = join(folder, 'line');
  writeFileSync(line, 'hello\n');
  const load = { depth: 1, size: 64, warmUpMs: 300, measureMs: 1500 };
  const serving = (service: string) => (build: Build) => build('serve', service, '-q', `${host}:0`);
  return [
    { name: 'round trips/s, 1 connection', rounds: 9, of: (build) => roundTrips(build, { ...load, connections: 1 }) },
    {
      name: 'round trips/s, 50 connections',
      rounds: 9,
      of: (build) => roundTrips(build, { ...load, connections: 50 }),
    },
    { name: 'one stream of 1 GiB, MB/s', rounds: 9, of: (build) => streamed(build, file) },
    { name: 'get of 1 GiB, MB/s', rounds: 5, of: (build) => got(build, folder) },
    { name: 'deliveries/s in a room of 100', rounds: 7, of: delivered },
    { name: 'starts/s of send', rounds: 31, of: (build) => perSecond(build('send', '--help')) },
    { name: 'starts/s of serve echo', rounds: 31, of: (build) => listensPerSecond(serving('echo')(build)) },
    { name: 'starts/s of serve chat', rounds: 31, of: (build) => listensPerSecond(serving('chat')(build)) },
  ];
}

async function roundTrips(build: Build, load: Omit<Parameters<typeof underLoad>[0], 'port'>): Promise<number> {
  const port = await freePort();
  const server = start(build('serve', 'echo', '-q', `${host}:${port}`));
  await untilListening(port);
  const { rate } = await underLoad({ ...load, port });
  await stop(server);
  return rate;
}

async function streamed(build: Build, file: string): Promise<number> {
  const port = await freePort();
  const receiving = start(build('serve', 'sink', '-q', '--once', `${host}:${port}`));
  await untilListening(port);
  const fd = openSync(file, 'r');
  const from = performance.now();
  const sending = start(build('send', '-q', host, String(port)), { stdio: [fd, 'ignore', 'ignore'] });
  await Promise.all([ended(sending), ended(receiving)]);
  closeSync(fd);
  return streamSize / 1000 / (performance.now() - from);
}

async function got(build: Build, folder: string): Promise<number> {
  const port = await freePort();
  const into = join(folder, 'got');
  mkdirSync(into, { recursive: true });
  const server = start(build('serve', 'files', folder, '-q', `${host}:${port}`));
  await untilListening(port);
  const from = performance.now();
  await ended(
    start(build('get', '-q', '--force', '--no-sync', host, String(port), 'stream', '-o', join(into, 'copy'))),
  );
  const ms = performance.now() - from;
  await stop(server);
  rmSync(into, { recursive: true });
  return streamSize / 1000 / ms;
}

async function delivered(build: Build): Promise<number> {
  const port = await freePort();
  const server = start(build('serve', 'chat', '-q', '--rate', '0', `${host}:${port}`));
  await untilListening(port);
  const load = { members: 100, senders: 'one', window: 64, warmUpMs: 500, measureMs: 2000 } as const;
  const { rate } = await underChatLoad({ ...load, port, protocol: 'json' });
  await stop(server);
  return rate;
}

async function perSecond(command: Command): Promise<number> {
  const from = performance.now();
  await ended(start(command));
  return 1000 / (performance.now() - from);
}

async function listensPerSecond(command: Command): Promise<number> {
  const from = performance.now();
  const server = start(command, { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(server.stderr as NodeJS.ReadableStream, 'data');
  const ms = performance.now() - from;
  await stop(server);
  return 1000 / ms;
}
