import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportFailure } from '../src/cli/process.js';
import { abortedBySignals } from '../src/cli/signals.js';
import { asWirelineError, type Service } from '../src/core/index.js';
import { type Server, serve } from '../src/net/index.js';
import { type Stop, stops, type Visit } from './tour-stops.js';
import { shownBy } from './tour-tap.js';

declare const __VERSION__: string;

/** The command itself, as it was built beside this file: what the tour shows is what users run. */
const command = join(dirname(fileURLToPath(import.meta.url)), '..', 'cli.cjs');

/** A stop of the tour, and its service where it has one. */
interface Open {
  readonly stop: Stop;
  readonly server?: Server;
  readonly port: number;
  /** Resolves when a client is next heard. */
  readonly heard: () => Promise<void>;
}

/** `npm run tour`: runs every service on a port of its own and each client once, then stays up for the user to try. */
async function tour(signal: AbortSignal): Promise<void> {
  print(`wireline ${__VERSION__}, a tour: every service on a port of its own, and a client of each.`);
  const opened: Open[] = [];
  for (const stop of stops) opened.push(await start(stop));
  try {
    for (const open of opened) await visit(open, signal);
    print('\nNow you. In another terminal:\n');
    for (const { stop, port } of opened) for (const line of stop.tries) print(`  ${withPort(line, port)}`);
    print('\nWhat is sent appears here. Ctrl-C ends it all.\n');
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await Promise.all(opened.map(({ server }) => server?.close()));
  }
}

async function start(stop: Stop): Promise<Open> {
  if (!stop.service) return { stop, port: stop.port, heard: () => Promise.resolve() };
  const sounds = new EventEmitter();
  const show = (what: string) => {
    print(`    ${stop.name.padEnd(9)} ${what}`);
    sounds.emit('heard');
  };
  const service = shownBy(
    (line) => show(`< ${line}`),
    stop.service((line) => show(`: ${line}`)),
  );
  const server = await listening(service, stop.port);
  const heard = async () => void (await once(sounds, 'heard'));
  return { stop, server, port: server.address.port ?? stop.port, heard };
}

/** Takes the usual port, so that the lines to paste are the same every time; where it is taken, any other. */
async function listening(service: Service, port: number): Promise<Server> {
  try {
    return await serve(service, { host: '127.0.0.1', port });
  } catch (error) {
    if (asWirelineError(error).code !== 'unusable') throw error;
    return serve(service, { host: '127.0.0.1', port: 0 });
  }
}

async function visit({ stop, server, port, heard }: Open, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  print(`\n${stop.name}, port ${port}: ${stop.does}`);
  if (!server) return meet(stop.visits as [Visit, Visit], signal);
  const running: Promise<void>[] = [];
  for (const each of stop.visits) {
    const next = heard();
    const one = run(each, port, signal);
    running.push(one);
    await (stop.together ? Promise.race([next, one]) : one);
  }
  await Promise.all(running);
}

/** Runs a client that listens, and one that dials the port that it got. */
async function meet([listens, dials]: [Visit, Visit], signal: AbortSignal): Promise<void> {
  let dialler: Promise<void> | undefined;
  await run(listens, 0, signal, (text) => {
    const [, port] = /listening on .*:(\d+)/.exec(text) ?? [];
    if (port) dialler ??= run(dials, Number(port), signal);
  });
  await dialler;
}

/** Runs the command as a user would, and shows what it prints; `onText` is given that as it comes. */
async function run(visit: Visit, port: number, signal: AbortSignal, onText?: (text: string) => void): Promise<void> {
  const words = visit.args.map((word) => withPort(word, port));
  print(`  $ ${piped(visit)}npx wireline ${words.map(quoted).join(' ')}`);
  const child = spawn(process.execPath, [command, ...words], { signal });
  // A signal that ends the tour ends its clients too.
  child.on('error', () => {});
  child.stdin.on('error', () => {}).write(visit.input ?? '');
  if (!visit.open) child.stdin.end();
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      onText?.(text);
    });
  }
  await new Promise((resolve) => child.once('close', resolve));
  for (const line of said.split('\n')) if (line !== '') print(`    ${line}`);
}

function piped({ input, open }: Visit): string {
  if (input === undefined) return '';
  return open ? `(printf ${quoted(input)}; cat) | ` : `printf ${quoted(input)} | `;
}

function withPort(text: string, port: number): string {
  return text.replaceAll('PORT', String(port));
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  if (/^[\w./:-]+$/.test(word)) return word;
  return `'${word.replaceAll('\n', '\\n').replaceAll("'", "'\\''")}'`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

tour(abortedBySignals({ onEnd: () => {} })).catch(reportFailure);
