import { join } from 'node:path';
import { type Command, root, wireline } from './support/children.js';
import { type Placement, placements } from './support/placement.js';
import type { Question } from './support/question.js';
import { type LoadedServer, Servers } from './support/servers.js';
import { comparison } from './support/tables.js';

const rounds = 5;
const host = '127.0.0.1';

const socat = (port: string, what: string): Command => {
  return ['socat', `TCP-LISTEN:${port},bind=${host},fork,nodelay,reuseaddr,backlog=1024`, what];
};

const servers: readonly LoadedServer[] = [
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

interface Case {
  readonly connections: number;
  readonly placement?: Placement | undefined;
}

/** Round trips a second. */
export const roundtrips: Question = {
  name: 'roundtrips',
  title: 'Round trips of 64 bytes',
  about:
    'Each connection sends 64 bytes and, when they are back, the next. One load generator for all, in a process of its ' +
    'own; all servers stay up, and each is measured in turn. The share of a core that the generator took while it ' +
    'loaded ours is given: near 100% it limits us too. To reach: 2.00 of the best of ncat, socat EXEC and Python at 50 ' +
    'connections, and 0.80 at 1. At 50 the aim is missed: of the time of our server four fifths are spent in the system, ' +
    'for one read and one write a message (perf, strace -c), which Python, in a thread a connection, needs as well.\n\n' +
    'With one connection only one of the two has something to do at a time, and what counts is whether they share a ' +
    'core, which the system decides anew in each run: so both are held to the same core, and to one each.',
  async run() {
    const all = new Servers(servers);
    await all.start();
    const answers = [];
    const placed = placements();
    const one = (placed.length > 0 ? placed : [undefined]).map((placement) => ({ connections: 1, placement }));
    for (const { connections, placement } of [...one, { connections: 50 }, { connections: 500 }] as Case[]) {
      const load = { connections, depth: 1, size: 64, warmUpMs: 500, measureMs: 1500 };
      const { measured, busy } = await all.compare(rounds, load, placement);
      const plural = connections === 1 ? '1 connection' : `${connections} connections`;
      const where = placement ? `, ${placement.words}` : '';
      const share = Math.round(busy * 100);
      answers.push(`${plural}${where} (generator at ${share}%):\n\n${comparison(measured, { unit: 'round trips/s' })}`);
    }
    await all.stop();
    return answers.join('\n\n');
  },
};
