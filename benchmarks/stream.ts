import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, ended, freePort, start, untilListening, wireline } from './support/children.js';
import { randomFile, temporaryFolder } from './support/data.js';
import type { Question } from './support/question.js';
import { type Contender, interleaved } from './support/rounds.js';
import { comparison } from './support/tables.js';

const size = 1024 ** 3;
const rounds = 7;

/** A pair of programs that carry stdin to stdout, given the port. */
interface Pair {
  readonly name: string;
  readonly program: string;
  readonly receiver: (port: string) => Command;
  readonly sender: (port: string) => Command;
}

const host = '127.0.0.1';
const pairs: readonly Pair[] = [
  {
    name: '`wireline send`, `serve sink`',
    program: 'node',
    receiver: (port) => wireline('serve', 'sink', '-q', '--once', `${host}:${port}`),
    sender: (port) => wireline('send', '-q', host, port),
  },
  {
    name: 'nc (OpenBSD)',
    program: 'nc',
    receiver: (port) => ['nc', '-d', '-l', host, port],
    sender: (port) => ['nc', '-N', host, port],
  },
  {
    name: 'ncat',
    program: 'ncat',
    receiver: (port) => ['ncat', '-l', '--recv-only', host, port],
    sender: (port) => ['ncat', '--send-only', host, port],
  },
  {
    name: 'socat',
    program: 'socat',
    receiver: (port) => ['socat', '-u', `TCP-LISTEN:${port},bind=${host},reuseaddr`, 'STDOUT'],
    sender: (port) => ['socat', '-u', 'STDIN', `TCP:${host}:${port}`],
  },
  {
    name: 'socat -b 262144',
    program: 'socat',
    receiver: (port) => ['socat', '-u', '-b', '262144', `TCP-LISTEN:${port},bind=${host},reuseaddr`, 'STDOUT'],
    sender: (port) => ['socat', '-u', '-b', '262144', 'STDIN', `TCP:${host}:${port}`],
  },
];

/** One stream of 1 GiB, from a file or a pipe to /dev/null. */
export const stream: Question = {
  name: 'stream',
  title: 'One stream of 1 GiB',
  about:
    'From stdin to the stdout of the other end, which is /dev/null: the wall time from the start of the sending program ' +
    'to the end of both, as MB/s (10^6 bytes). stdin is a file in the page cache, or a pipe from `cat`. iperf3 sends its ' +
    'own memory and drops what it receives; its figure is what it reports itself, without its start. ' +
    'To reach: 1.00 of nc and 0.60 of iperf3.',
  async run() {
    const file = randomFile(join(temporaryFolder(), 'stream'), size);
    const fromFile = await interleaved([...pairs.map((pair) => contender(pair, file, false)), iperf3], rounds);
    const fromPipe = await interleaved(
      pairs.map((pair) => contender(pair, file, true)),
      rounds,
    );
    const style = { unit: 'MB/s' };
    return `A file:\n\n${comparison(fromFile, style)}\n\nA pipe:\n\n${comparison(fromPipe, style)}`;
  },
};

function contender({ name, program, receiver, sender }: Pair, file: string, piped: boolean): Contender {
  return {
    name,
    needs: [program],
    async measure() {
      const port = await freePort();
      const receiving = start(receiver(String(port)));
      await untilListening(port);
      const fd = openSync(file, 'r');
      const from = performance.now();
      const source = piped ? spawn('cat', { stdio: [fd, 'pipe', 'ignore'] }) : undefined;
      const sending = start(sender(String(port)), { stdio: [source ? source.stdout : fd, 'ignore', 'ignore'] });
      source?.stdout?.destroy();
      await Promise.all([ended(sending), ended(receiving)]);
      const seconds = (performance.now() - from) / 1000;
      closeSync(fd);
      return size / 1e6 / seconds;
    },
  };
}

const iperf3: Contender = {
  name: 'iperf3',
  needs: ['iperf3'],
  async measure() {
    const port = String(await freePort());
    const serving = start(['iperf3', '-s', '-1', '-p', port, '-B', host]);
    await untilListening(Number(port));
    const args = ['-c', host, '-p', port, '-n', String(size), '-J'];
    const client = start(['iperf3', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    for await (const chunk of client.stdout as AsyncIterable<Buffer>) said += chunk;
    await Promise.all([ended(client), ended(serving)]);
    const report = JSON.parse(said) as { end: { sum_received: { bits_per_second: number } } };
    return report.end.sum_received.bits_per_second / 8e6;
  },
};
