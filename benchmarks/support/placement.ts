import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Command, installed } from './children.js';

/** The cores that a server and what loads it are held to. */
export interface Placement {
  /** What is said of it above its table. */
  readonly words: string;
  readonly server: number;
  readonly generator: number;
}

/** Both on one core, and on one each: none where there is no taskset(1), or no second core. */
export function placements(): Placement[] {
  const [first, second] = installed('taskset') ? allowed() : [];
  if (first === undefined || second === undefined) return [];
  return [
    { words: 'on the same core', server: first, generator: first },
    { words: 'on different cores', server: first, generator: second },
  ];
}

/** Holds a process, its threads and what it will start to one core; without `core`, lets it run on all again. */
export function hold(pid: number, core?: number): void {
  const cores = core === undefined ? allowed().join() : String(core);
  execFileSync('taskset', ['-a', '-p', '-c', cores, String(pid)], { stdio: 'ignore' });
}

/** The command, held to one core. */
export function heldTo(core: number, command: Command): Command {
  return ['taskset', '-c', String(core), ...command];
}

/** The cores that we may run on (proc(5)): `0-3,6`. */
function allowed(): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}
