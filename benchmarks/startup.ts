import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, ended, freePort, start, stop, untilListening, wireline } from './support/children.js';
import { temporaryFolder } from './support/data.js';
import type { Question } from './support/question.js';
import { type Contender, interleaved } from './support/rounds.js';
import { comparison } from './support/tables.js';

const rounds = 41;
const loops = 5;
const host = '127.0.0.1';

/** Writes a byte when it listens, as a server prints its line: the least that a server on Node takes. */
const bare = "require('net').createServer().listen(0, '127.0.0.1', () => require('fs').writeSync(2, '.'))";

/** What a short command costs, and how soon a server listens. */
export const startup: Question = {
  name: 'startup',
  title: 'Start',
  about:
    'Wall times in milliseconds. `node -e 0` is Node itself, which all of ours begin with; the bare server is ' +
    "`require('net').createServer().listen(0)`, until it listens. Ours are timed until they print their listening line, " +
    `on an idle machine and beside ${loops} busy loops. ${rounds} interleaved runs. ` +
    'To reach: `send` of one line in 1.60 times the time of `node -e 0`, and each server in 1.60 times that of the bare one.',
  async run() {
    const idle = await servers();
    const spinning = Array.from({ length: loops }, () => start([process.execPath, '-e', 'for (;;);']));
    const busy = await servers().finally(() => Promise.all(spinning.map((child) => stop(child))));
    return [
      await commands(),
      'Until a server listens, on an idle machine:',
      idle,
      `Beside ${loops} busy loops:`,
      busy,
    ].join('\n\n');
  },
};

async function commands(): Promise<string> {
  const line = join(temporaryFolder(), 'line');
  writeFileSync(line, 'hello\n');
  const [sink, echo] = [await server('sink'), await server('echo')];
  const measured = await interleaved(
    [
      timed('`node -e 0`', [process.execPath, '-e', '0']),
      timed('`wireline send` of one line', wireline('send', '-q', host, sink.port, line)),
      timed('`wireline ask` of one message', wireline('ask', '--message', 'hello', host, echo.port)),
      timed('`wireline --help`', wireline('--help')),
    ],
    rounds,
  );
  await Promise.all([stop(sink.child), stop(echo.child)]);
  return comparison(measured, { unit: 'ms', digits: 1, ratio: 'times `node -e 0`', toFirst: true });
}

async function servers(): Promise<string> {
  const services = ['echo', 'sink', 'transform --with upper', 'order', 'relay', 'files docs', 'chat'];
  const measured = await interleaved(
    [
      untilServing('the bare server', [process.execPath, '-e', bare]),
      ...services.map((words) =>
        untilServing(`\`wireline serve ${words}\``, wireline('serve', ...words.split(' '), `${host}:0`)),
      ),
    ],
    rounds,
  );
  return comparison(measured, { unit: 'ms', digits: 1, ratio: 'times the bare server', toFirst: true });
}

async function server(service: string) {
  const port = await freePort();
  const child = start(wireline('serve', service, '-q', `${host}:${port}`));
  await untilListening(port);
  return { child, port: String(port) };
}

function timed(name: string, command: Command): Contender {
  return {
    name,
    async measure() {
      const from = performance.now();
      await ended(start(command));
      return performance.now() - from;
    },
  };
}

function untilServing(name: string, command: Command): Contender {
  return {
    name,
    async measure() {
      const from = performance.now();
      const child = start(command, { stdio: ['ignore', 'ignore', 'pipe'] });
      await once(child.stderr as NodeJS.ReadableStream, 'data');
      const ms = performance.now() - from;
      await stop(child);
      return ms;
    },
  };
}
