import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import net from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The root of the clone: the benchmarks are bundled to `dist/dev/bench.js`. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** `wireline` with arguments, as it is built. */
export function wireline(...args: string[]): Command {
  return [process.execPath, join(root, 'dist/cli.cjs'), ...args];
}

// Debian's servers are in a folder that not every user's PATH has.
const path = [process.env.PATH ?? '', '/usr/sbin'].join(delimiter);

/** Whether a program is on the PATH. */
export function installed(program: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a child that ends with this process at the latest. Its stdin, stdout and stderr are nothing by default. */
export function start([program, ...args]: Command, options: SpawnOptions = {}): ChildProcess {
  // With this variable set, Node takes three times as long to start, which is not what is measured.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const child = spawn(program, args, { stdio: 'ignore', env: { ...env, PATH: path }, ...options });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Resolves when the child has ended well; rejects where it has not, or not within `ms`. */
export async function ended(child: ChildProcess, ms = 60_000): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const [first] = await Promise.race([once(child, 'exit'), sleep(ms, ['late'], { ref: false })]);
    if (first === 'late') child.kill('SIGKILL');
  }
  if (child.exitCode !== 0) {
    throw new Error(`${child.spawnfile} ended with ${child.exitCode ?? child.signalCode ?? `none within ${ms} ms`}`);
  }
}

/** Ends a child that would go on, and waits for it. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 2000);
  await gone;
  clearTimeout(force);
}

/** A port of the loopback address that is free now. */
export async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Waits until something listens on `port`, without connecting to it: some peers serve one connection only. */
export async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (listens(port)) return;
    await sleep(5);
  }
  throw new Error('nothing listens after 5 s');
}

/** Looks into the kernel's tables (proc(5)); 0A is LISTEN. */
function listens(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((table) => {
    const lines = readFileSync(table, 'latin1').split('\n');
    return lines.some((line) => line.includes(local) && / 0A /.test(line.slice(0, 120)) && line.indexOf(local) < 50);
  });
}
