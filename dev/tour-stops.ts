import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Output, Receiver, Service } from '../src/core/index.js';
import { systemClock } from '../src/core/index.js';
import { echo } from '../src/features/echo/server.js';
import { files } from '../src/features/files/server/files.js';
import { servedTree } from '../src/features/files/tree/served-tree.js';
import { order } from '../src/features/order/server/order.js';
import { relay } from '../src/features/relay/server/relay.js';
import { sink } from '../src/features/stream/server/sink.js';
import { transform } from '../src/features/transform/server/transform.js';
import { transforms } from '../src/features/transform/server/transforms.js';
import { text } from '../src/framing/index.js';

/** The folder from which the tour serves files: dist, where this runs, is beside it. */
const examples = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'examples');

/** A client of the tour. */
export interface Visit {
  /** The words after `wireline`, with PORT for the port. */
  readonly args: readonly string[];
  /** The input that is piped to it. */
  readonly input?: string;
  /** Its input stays open after that, as a terminal does. */
  readonly open?: true;
}

/** A part of the tour. */
export interface Stop {
  readonly name: string;
  /** In a few words. */
  readonly does: string;
  /** Where its service listens if it can. */
  readonly port: number;
  /** Its service; `show` is given what that prints. Absent where the clients talk to one another, the first listening. */
  readonly service?: (show: (line: string) => void) => Service;
  /** The clients that are run, one after the other. */
  readonly visits: readonly Visit[];
  /** Each client waits for the next one, which is run as soon as the one before it has been heard. */
  readonly together?: true;
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
    does: 'takes a stream, and closes when it has all of it',
    port: 9001,
    service: () => sink(dropped),
    visits: [{ input: 'two lines,\none stream\n', args: ['send', 'localhost', 'PORT'] }],
    tries: ['nc -N localhost PORT < README.md', 'npx wireline send localhost PORT README.md'],
  },
  {
    name: 'transform',
    does: 'answers each message with something made of it, here its reverse',
    port: 9002,
    service: () => transform({ codec: text(), make: transforms.reverse }),
    visits: [{ args: ['ask', '-m', 'stressed', '-m', 'was it a rat I saw', 'localhost', 'PORT'] }],
    tries: ['nc localhost PORT', 'npx wireline ask localhost PORT'],
  },
  {
    name: 'order',
    does: 'tells both clients whose message came first',
    port: 9003,
    together: true,
    service: (show) => order({ output: shownOutput(show), clock: systemClock }),
    visits: [
      { args: ['announce', '--as', 'X', '--name', 'Alice', 'localhost', 'PORT'] },
      { args: ['announce', '--as', 'Y', '--name', 'Bob', 'localhost', 'PORT'] },
    ],
    tries: ['npx wireline announce --as X --name YOU localhost PORT   # then Y, in a third terminal'],
  },
  {
    name: 'relay',
    does: 'passes the lines of each client to the other, until Bye',
    port: 9004,
    together: true,
    service: () => relay(),
    visits: [
      { input: 'Is anybody there?\n', open: true, args: ['connect', 'localhost', 'PORT'] },
      { input: 'I am.\nBye\n', open: true, args: ['connect', 'localhost', 'PORT'] },
    ],
    tries: ['npx wireline connect localhost PORT   # twice, or nc'],
  },
  {
    name: 'files',
    does: 'gives files by name; here it is the folder of examples',
    port: 9005,
    service: () => files({ folder: servedTree(examples), clock: systemClock }),
    visits: [{ args: ['ls', 'localhost', 'PORT'] }, { args: ['get', 'localhost', 'PORT', 'echo.mjs', '-'] }],
    tries: ['echo pair.mjs | nc localhost PORT', 'npx wireline get localhost PORT client.mjs -o client-copy.mjs'],
  },
  {
    name: 'talk',
    does: 'two people and no server between them',
    port: 9006,
    visits: [
      { input: 'Hello to whoever dials.\n', open: true, args: ['talk', '--turns', '--listen', '127.0.0.1:PORT'] },
      { input: 'Hello to whoever listens.\n/q\n', args: ['talk', '--turns', 'localhost', 'PORT'] },
    ],
    tries: ['npx wireline talk --listen PORT   # then, in a third: npx wireline talk localhost PORT'],
  },
];

/** Takes messages and keeps nothing: the tour shows them as they come. */
const dropped: Receiver = {
  begin: (source) => ({ add() {}, finish: () => source.done(), abort() {} }),
};

/** Shows what a server prints, a line at a time; each write of the order service ends a line. */
function shownOutput(show: (line: string) => void): Output {
  return {
    write(bytes) {
      for (const line of new TextDecoder().decode(bytes).trimEnd().split('\n')) show(line);
      return true;
    },
    whenDrained: (run) => run(),
  };
}
