import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, ended, freePort, installed, start, stop, untilListening, wireline } from './support/children.js';
import { randomFile, temporaryFolder } from './support/data.js';
import type { Question } from './support/question.js';
import { type Contender, interleaved, type Measured } from './support/rounds.js';
import { comparison } from './support/tables.js';

const size = 1024 ** 3;
const rounds = 7;
const host = '127.0.0.1';

/** Fetching a file by name. */
export const files: Question = {
  name: 'files',
  title: 'A file of 1 GiB',
  about:
    'Fetched into /dev/null: the wall time of the client, as MB/s (10^6 bytes). The file is in the page cache. ' +
    '`wireline get` checks the SHA-256; nginx (one worker, sendfile) and ncat send bytes only. The first to fetch a file has ' +
    'it hashed at both ends, which is 1.2 s of work at 1.8 GB/s a core, and keeps two cores full; for the next ones the server ' +
    'remembers it. To reach: 0.80 of nginx without the hash, and 1.00 of ncat with it.\n\n' +
    'The first fetch does not reach it with two cores. Where the time goes, by a profile: of the 0.9 s of work of a client that ' +
    'checks the hash, 0.6 s are the SHA-256, 0.15 s the reading and 0.05 s the start; the server works for 0.35 s, and for ' +
    '0.95 s where it hashes; ncat takes 0.8 s in all where nothing else runs. A thread for the hash of the client was tried: ' +
    '1.2 times the work, as the bytes move between cores, and no faster with two cores.',
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
    const [bare, again, first, ...peers] = (await interleaved(
      [
        { name: '`wireline get --no-hash`', measure: () => timed(get('--no-hash')) },
        { name: '`wireline get`, again', measure: () => timed(get()) },
        { name: '`wireline get`, first', measure: () => fetchedFirst(served) },
        {
          name: 'curl from nginx',
          needs: ['nginx', 'curl'],
          measure: () => timed(['curl', '-sf', '-o', '/dev/null', `http://${host}:${nginx?.port}/file`]),
        },
        ncat(file),
      ],
      rounds,
    )) as [Measured, Measured, Measured, ...Measured[]];
    await Promise.all([ours, nginx].map((server) => server && stop(server.child)));
    const style = { unit: 'MB/s' };
    return [
      `Without the hash:\n\n${comparison([bare, ...peers], style)}`,
      `With the hash, a file that was fetched before:\n\n${comparison([again, ...peers], style)}`,
      `With the hash, the first to fetch it:\n\n${comparison([first, ...peers], style)}`,
    ].join('\n\n');
  },
};

async function serving(command: (port: string) => Command) {
  const port = await freePort();
  const child = start(command(String(port)));
  await untilListening(port);
  return { child, port: String(port) };
}

/** MB/s of a client that fetches the file. */
async function timed(client: Command): Promise<number> {
  const from = performance.now();
  await ended(start(client));
  return size / 1e3 / (performance.now() - from);
}

/** MB/s of a client of a server that has just been started. */
async function fetchedFirst(folder: string): Promise<number> {
  const { child, port } = await serving((port) => wireline('serve', 'files', '-q', folder, `${host}:${port}`));
  const speed = await timed(wireline('get', '-q', host, port, 'file', '-'));
  await stop(child);
  return speed;
}

/** A server for one connection, which is what `ncat -l < file` is. */
function ncat(file: string): Contender {
  return {
    name: 'ncat --send-only',
    needs: ['ncat'],
    async measure() {
      const fd = openSync(file, 'r');
      const port = await freePort();
      const server = start(['ncat', '-l', '--send-only', host, String(port)], { stdio: [fd, 'ignore', 'ignore'] });
      closeSync(fd);
      await untilListening(port);
      const speed = await timed(['ncat', '--recv-only', host, String(port)]);
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
