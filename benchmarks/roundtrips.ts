import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, freePort, installed, root, start, stop, untilListening, wireline } from './support/children.js';
import { underLoad } from './support/load.js';
import type { Question } from './support/question.js';
import { type Contender, interleaved, median } from './support/rounds.js';
import { comparison } from './support/tables.js';

const rounds = 5;
const host = '127.0.0.1';

/** An echo server that takes any number of connections, given the port. */
interface EchoServer {
  readonly name: string;
  readonly program: string;
  readonly command: (port: string) => Command;
}

const socat = (port: string, what: string): Command => {
  return ['socat', `TCP-LISTEN:${port},bind=${host},fork,nodelay,reuseaddr,backlog=1024`, what];
};

const servers: readonly EchoServer[] = [
  {
    name: '`wireline serve echo`',
    program: 'node',
    command: (port) => wireline('serve', 'echo', '-q', `${host}:${port}`),
  },
  {
    name: 'ncat -e cat',
    program: 'ncat',
    command: (port) => ['ncat', '-l', '-k', '-m', '900', '-e', '/bin/cat', host, port],
  },
  { name: 'socat EXEC:cat', program: 'socat', command: (port) => socat(port, 'EXEC:cat') },
  {
    name: 'Python, a thread a connection',
    program: 'python3',
    command: (port) => ['python3', join(root, 'benchmarks/support/threads_echo.py'), port],
  },
  { name: 'socat PIPE', program: 'socat', command: (port) => socat(port, 'PIPE') },
];

/** Round trips a second. */
export const roundtrips: Question = {
  name: 'roundtrips',
  title: 'Round trips of 64 bytes',
  about:
    'Each connection sends 64 bytes and, when they are back, the next. One load generator for all, in a process of its ' +
    'own; all servers stay up, and each is measured in turn. The share of a core that the generator took while it ' +
    'loaded ours is given: near 100% it limits us too. To reach: 2.00 of the best of ncat, socat EXEC and Python at 50 ' +
    'connections, and 0.80 at 1.',
  async run() {
    const present = servers.filter(({ program }) => installed(program));
    const ports = new Map<string, number>();
    const children = [];
    for (const { name, command } of present) {
      const port = await freePort();
      children.push(start(command(String(port))));
      await untilListening(port);
      ports.set(name, port);
    }
    const answers = [];
    for (const connections of [1, 50, 500]) answers.push(await atConnections(connections, ports));
    await Promise.all(children.map(stop));
    return answers.join('\n\n');
  },
};

async function atConnections(connections: number, ports: Map<string, number>): Promise<string> {
  const busy: number[] = [];
  const contenders = servers.map(({ name, program }): Contender => {
    return {
      name,
      needs: [program],
      async measure() {
        const port = ports.get(name) as number;
        const load = { port, connections, depth: 1, size: 64, warmUpMs: 500, measureMs: 1500 };
        const result = await underLoad(load);
        if (name === servers[0]?.name) busy.push(result.busy);
        // The peers' processes of the connections just closed are to be gone.
        await sleep(300);
        return result.rate;
      },
    };
  });
  const measured = await interleaved(contenders, rounds);
  const share = Math.round(median(busy) * 100);
  const plural = connections === 1 ? '1 connection' : `${connections} connections`;
  return `${plural} (generator at ${share}%):\n\n${comparison(measured, { unit: 'round trips/s' })}`;
}
