import { join } from 'node:path';
import { root, wireline } from './support/children.js';
import type { Question } from './support/question.js';
import { type LoadedServer, Servers } from './support/servers.js';
import { comparison } from './support/tables.js';

const rounds = 5;
const host = '127.0.0.1';

const python = (how: string): LoadedServer => ({
  name: `Python, a thread a connection, a ${how} a write`,
  program: 'python3',
  command: (port) => ['python3', join(root, 'benchmarks/support/threads_upper.py'), port, how],
});

const servers: readonly LoadedServer[] = [
  {
    name: '`wireline serve transform --with upper`',
    program: 'node',
    command: (port) => wireline('serve', 'transform', '-q', '--with', 'upper', `${host}:${port}`),
  },
  python('line'),
  python('read'),
];

/** Messages a second through a transform. */
export const transform: Question = {
  name: 'transform',
  title: 'Messages through a transform',
  about:
    'Lines of 64 bytes, answered in upper case; 50 connections with 32 messages each in flight. The load generator is ' +
    'that of the round trips. Python does the same to characters, a line at a time, as one writes it with `makefile()`, ' +
    'or all lines of a read in one write. To reach: 5.00 of the former.',
  async run() {
    const all = new Servers(servers);
    await all.start();
    const load = { connections: 50, depth: 32, size: 64, warmUpMs: 1000, measureMs: 2000 };
    const { measured, busy } = await all.compare(rounds, load);
    await all.stop();
    return `Generator at ${Math.round(busy * 100)}%:\n\n${comparison(measured, { unit: 'messages/s' })}`;
  },
};
