import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** A host of a test's own: a network namespace with one address, joined to the other by a virtual cable. */
export interface Host {
  readonly address: string;
  /** Runs a program on this host. Its stderr is kept in `stderr`. */
  run(command: string, args: readonly string[]): HostProcess;
}

/** A program that runs on a {@link Host}. */
export interface HostProcess {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  /** Resolves with the bytes of its stdout and its exit status, once it has ended. */
  readonly done: Promise<{ stdout: Buffer; status: number | null }>;
}

/** Two hosts, and how to take them down again. */
export interface TwoHosts {
  readonly a: Host;
  readonly b: Host;
  down(): void;
}

let made = 0;

/** Why this machine cannot make hosts, or undefined where it can. */
export function whyNoHosts(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `wl${process.pid}probe`;
  const probe = ip('netns', 'add', name);
  if (probe.status !== 0) return `ip netns add: ${probe.error?.message ?? probe.stderr.trim()}`;
  ip('netns', 'del', name);
  return undefined;
}

/** What a bad cable does, as words of `tc netem`. */
const netem = ['delay', '20ms', '5ms', 'loss', '1%'];

/** Why the kernel cannot delay and drop packets, or undefined where it can. */
export function whyNoNetem(): string | undefined {
  const name = `wl${process.pid}netem`;
  ip('netns', 'add', name);
  const { status, stderr, error } = impair(name, 'lo');
  ip('netns', 'del', name);
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n')[0]);
}

/**
 * Makes two hosts with a cable between them, which delays and drops packets where it is to be `bad`. Throws where
 * a step fails; nothing is left behind then.
 */
export function twoHosts(bad = false): TwoHosts {
  const id = `wl${process.pid}x${++made}`;
  const names = [`${id}a`, `${id}b`] as const;
  // 198.18.0.0/15 is set aside for tests between networks (RFC 2544).
  const addresses = ['198.18.77.1', '198.18.77.2'] as const;
  const down = () => {
    for (const name of names) ip('netns', 'del', name);
  };
  try {
    for (const name of names) must(ip('netns', 'add', name));
    must(ip('link', 'add', names[0], 'netns', names[0], 'type', 'veth', 'peer', names[1], 'netns', names[1]));
    names.forEach((name, at) => {
      must(ip('-n', name, 'address', 'add', `${addresses[at]}/24`, 'dev', name));
      must(ip('-n', name, 'link', 'set', name, 'up'));
      must(ip('-n', name, 'link', 'set', 'lo', 'up'));
      if (bad) must(impair(name, name));
    });
  } catch (error) {
    down();
    throw error;
  }
  const [a, b] = names.map((name, at) => hostOf(name, addresses[at] ?? '')) as [Host, Host];
  return { a, b, down };
}

function impair(name: string, device: string) {
  return ip('netns', 'exec', name, 'tc', 'qdisc', 'add', 'dev', device, 'root', 'netem', ...netem);
}

function hostOf(name: string, address: string): Host {
  return {
    address,
    run(command, args) {
      const child = spawn('ip', ['netns', 'exec', name, command, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
      const out: Buffer[] = [];
      let stderr = '';
      child.stdin.on('error', () => {});
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk;
      });
      const done = once(child, 'close').then(([status]) => ({ stdout: Buffer.concat(out), status }));
      return { child, stderr: () => stderr, done };
    },
  };
}

function ip(...args: string[]) {
  return spawnSync('ip', args, { encoding: 'utf8' });
}

function must({ status, stderr }: ReturnType<typeof ip>): void {
  if (status !== 0) throw new Error(`ip: ${stderr}`);
}
