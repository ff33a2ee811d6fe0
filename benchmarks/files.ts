import type { SpawnOptions } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, ended, freePort, installed, start, stop, untilListening, wireline } from './support/children.js';
import { randomFile, temporaryFolder } from './support/data.js';
import type { Question } from './support/question.js';
import { type Contender, interleaved } from './support/rounds.js';
import { comparison } from './support/tables.js';

const size = 1024 ** 3;
const rounds = 7;
const host = '127.0.0.1';
/** A file system in memory, where there is one (tmpfs(5)). */
const memory = '/dev/shm';

/** Fetching a file by name. */
export const files: Question = {
  name: 'files',
  title: 'A file of 1 GiB',
  about:
    'The wall time of the client, as MB/s (10^6 bytes). The served file is in the page cache. `wireline get` checks the SHA-256; ' +
    'nginx (one worker, sendfile) and ncat send bytes only. For the first that fetches a file it is hashed at both ends, which ' +
    'is 1.2 s of work at 1.8 GB/s a core; for the next ones the server remembers it. To reach: 0.80 of nginx without the ' +
    'hash, and 1.00 of ncat, with a redirect, with it.\n\n' +
    'Into a file, `get` writes beside it, waits for the disk and puts it in place by rename; ncat waits for no disk. So that ' +
    'the tools are measured and not the disk, the file is in memory (tmpfs). Into /dev/null nothing but the network and the hash is left, and two cores are full: of the ' +
    '0.9 s of work of a client that checks the hash, 0.6 s are the SHA-256, by a profile; the server works for 0.35 s, and for ' +
    '0.95 s where it hashes; ncat takes 0.8 s in all. A thread for the hash of the client was tried: 1.2 times the work, as ' +
    'the bytes move between cores, and no faster with two cores.',
  async run() {
    const folder = temporaryFolder();
    const served = join(folder, 'served');
    mkdirSync(served);
    const file = randomFile(join(served, 'file'), size);
    const ours = await serving((port) => wireline('serve', 'files', '-q', served, `${host}:${port}`));
    const nginx = installed('nginx') ? await serving((port) => nginxOf(folder, port)) : undefined;
    const get = (...options: string[]) => wireline('get', '-q', ...options, host, ours.port, 'file', '-');
    // Its hash is remembered only where its last change is some seconds back.
    await sleep(2500);
    await timed(get());
    const bare = { name: '`wireline get --no-hash`', measure: () => timed(get('--no-hash')) };
    const curl: Contender = {
      name: 'curl from nginx',
      needs: ['nginx', 'curl'],
      measure: () => timed(['curl', '-sf', '-o', '/dev/null', `http://${host}:${nginx?.port}/file`]),
    };
    const out = join(existsSync(memory) ? mkdtempSync(join(memory, 'wireline-')) : folder, 'out');
    const sections = [
      ['Without the hash, into /dev/null', [bare, curl, ncat(file)]],
      ['With the hash, into a file in memory', [first(served, out), again(ours.port, out), ncat(file, out)]],
      ['With the hash, into /dev/null', [first(served), again(ours.port), ncat(file)]],
    ] as const;
    const tables: string[] = [];
    for (const [title, contenders] of sections) {
      const measured = await interleaved(contenders, rounds);
      tables.push(`${title}:\n\n${comparison(measured, { unit: 'MB/s' })}`);
    }
    if (out.startsWith(memory)) rmSync(dirname(out), { recursive: true });
    await Promise.all([ours, nginx].map((server) => server && stop(server.child)));
    return tables.join('\n\n');
  },
};

/** The arguments of a `get` into a file, or into stdout. */
function into(port: string, out: string | undefined): Command {
  const where = out === undefined ? ['-'] : ['-o', out, '--force'];
  return wireline('get', '-q', host, port, 'file', ...where);
}

/** A client of a server that has just been started. */
function first(folder: string, out?: string): Contender {
  return {
    name: '`wireline get`, the first',
    async measure() {
      const { child, port } = await serving((port) => wireline('serve', 'files', '-q', folder, `${host}:${port}`));
      const speed = await timed(into(port, out), out);
      await stop(child);
      return speed;
    },
  };
}

function again(port: string, out?: string): Contender {
  return { name: '`wireline get`, a later one', measure: () => timed(into(port, out), out) };
}

async function serving(command: (port: string) => Command) {
  const port = await freePort();
  const child = start(command(String(port)));
  await untilListening(port);
  return { child, port: String(port) };
}

/** MB/s of a client that fetches the file, to `out` where that is given, which is then removed. */
async function timed(client: Command, out?: string, options: SpawnOptions = {}): Promise<number> {
  const from = performance.now();
  await ended(start(client, options));
  const ms = performance.now() - from;
  if (out !== undefined) rmSync(out);
  return size / 1e3 / ms;
}

/** A server for one connection, which is what `ncat -l < file` is. */
function ncat(file: string, out = '/dev/null'): Contender {
  return {
    name: 'ncat --send-only, redirected',
    needs: ['ncat'],
    async measure() {
      const fd = openSync(file, 'r');
      const port = await freePort();
      const server = start(['ncat', '-l', '--send-only', host, String(port)], { stdio: [fd, 'ignore', 'ignore'] });
      closeSync(fd);
      await untilListening(port);
      const redirect = openSync(out, 'w');
      const command: Command = ['ncat', '--recv-only', host, String(port)];
      const speed = await timed(command, out === '/dev/null' ? undefined : out, {
        stdio: ['ignore', redirect, 'ignore'],
      });
      closeSync(redirect);
      await stop(server);
      return speed;
    },
  };
}

/** nginx in a folder of its own. */
function nginxOf(folder: string, port: string): Command {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`);
  const config = `
    daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events { worker_connections 64; }
    http {
      access_log off; sendfile on; tcp_nopush on; ${temporary.join(' ')}
      server { listen ${host}:${port}; root ${folder}/served; }
    }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  return ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')];
}
