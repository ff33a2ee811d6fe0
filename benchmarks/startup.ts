import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, ended, freePort, start, stop, untilListening, wireline } from './support/children.js';
import { temporaryFolder } from './support/data.js';
import type { Question } from './support/question.js';
import { type Contender, interleaved } from './support/rounds.js';
import { comparison } from './support/tables.js';

const rounds = 41;
const host = '127.0.0.1';

/** What a short command costs. */
export const startup: Question = {
  name: 'startup',
  title: 'Start',
  about:
    'The wall time of a command that has little to do, in milliseconds. `node -e 0` is Node itself, which all of ours ' +
    `begin with. ${rounds} interleaved runs. ` +
    'To reach: `send` of one line in 1.60 times the time of `node -e 0`, and `serve` listening within 200 ms.',
  async run() {
    const line = join(temporaryFolder(), 'line');
    writeFileSync(line, 'hello\n');
    const [sink, echo] = [await server('sink'), await server('echo')];
    const measured = await interleaved(
      [
        timed('`node -e 0`', [process.execPath, '-e', '0']),
        timed('`wireline send` of one line', wireline('send', '-q', host, sink.port, line)),
        timed('`wireline ask` of one message', wireline('ask', '--message', 'hello', host, echo.port)),
        { name: '`wireline serve echo`, to its listening line', measure: untilServing },
        timed('`wireline --help`', wireline('--help')),
      ],
      rounds,
    );
    await Promise.all([stop(sink.child), stop(echo.child)]);
    return comparison(measured, { unit: 'ms', digits: 1, ratio: 'times `node -e 0`', toFirst: true });
  },
};

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

async function untilServing(): Promise<number> {
  const from = performance.now();
  const child = start(wireline('serve', 'echo', `${host}:0`), { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(child.stderr as NodeJS.ReadableStream, 'data');
  const ms = performance.now() - from;
  await stop(child);
  return ms;
}
