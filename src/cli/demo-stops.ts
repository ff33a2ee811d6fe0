import type { Receiver, Service } from '../core/index.js';
import { echo, sink } from '../services/index.js';

/** A client of the tour: the words after `wireline`, with PORT for the port, and what is piped to it. */
export interface Visit {
  readonly args: readonly string[];
  readonly input?: string;
}

/** A service of the tour. */
export interface Stop {
  readonly name: string;
  /** In a few words. */
  readonly does: string;
  /** Where it listens if it can. */
  readonly port: number;
  readonly service: () => Service;
  /** The clients that are run, all at once. */
  readonly visits: readonly Visit[];
  /** Lines for the user to paste. */
  readonly tries: readonly string[];
}

/** The stops of the tour, in the order in which they are shown. */
export const stops: readonly Stop[] = [
  {
    name: 'echo',
    does: 'every byte comes back',
    port: 9000,
    service: () => echo(),
    visits: [{ args: ['ask', '-m', 'hello, wire', '-m', 'and again', 'localhost', 'PORT'] }],
    tries: ['nc localhost PORT', 'npx wireline ask localhost PORT'],
  },
  {
    name: 'sink',
    does: 'takes a stream and closes when it has all of it',
    port: 9001,
    service: () => sink(dropped),
    visits: [{ input: 'two lines,\none stream\n', args: ['send', 'localhost', 'PORT'] }],
    tries: ['nc -N localhost PORT < README.md', 'npx wireline send localhost PORT README.md'],
  },
];

/** Takes messages and keeps nothing: the tour shows them as they come. */
const dropped: Receiver = {
  begin: (source) => ({ add() {}, finish: () => source.done(), abort() {} }),
};
