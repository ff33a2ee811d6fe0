import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** What a run of the command left. */
export interface Run {
  readonly stdout: Buffer;
  readonly stderr: string;
  /** The exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly ms: number;
}

type Stdio = 'stdin' | 'stdout' | 'stderr';

/** Variables of the environment. */
interface Env {
  env?: Record<string, string>;
}

/** The built command while it runs. It is killed at the end of its test. */
export class Cli {
  readonly child: ChildProcess;
  readonly #out: Buffer[] = [];
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The text of stdout that `prints` looks at. */
  #text = '';
  #decoded = 0;
  stderr = '';
  readonly done: Promise<Run>;

  /** `stdin`, `stdout` and `stderr` are as for `spawn`: a pipe, or an open descriptor. `env` is added to that of the tests. */
  constructor(
    args: readonly string[],
    { stdin = 'pipe', stdout = 'pipe', stderr = 'pipe', env }: Partial<Record<Stdio, 'pipe' | number>> & Env = {},
  ) {
    const started = performance.now();
    this.child = spawn(process.execPath, ['dist/cli.cjs', ...args], {
      stdio: [stdin, stdout, stderr],
      env: { ...process.env, ...env },
    });
    this.child.stdin?.on('error', () => {});
    this.child.stdout?.on('data', (chunk: Buffer) => this.#out.push(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk;
    });
    onTestFinished(() => void this.child.kill('SIGKILL'));
    this.done = once(this.child, 'close').then(([status]) => ({
      stdout: this.stdout,
      stderr: this.stderr,
      status: status as number | null,
      ms: performance.now() - started,
    }));
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#out);
  }

  /** Waits until stderr has what `pattern` matches. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    await until(() => pattern.test(this.stderr) || this.child.exitCode !== null, `stderr has ${pattern}`);
    const match = pattern.exec(this.stderr);
    if (!match) throw new Error(`it never said ${pattern}: ${this.stderr}`);
    return match;
  }

  /** Waits until stdout has what `pattern` matches. */
  prints(pattern: RegExp): Promise<void> {
    return until(() => pattern.test(this.#printed()), `stdout has ${pattern}`);
  }

  /** Each chunk is decoded once, however often it is asked for. */
  #printed(): string {
    for (; this.#decoded < this.#out.length; this.#decoded++) {
      this.#text += this.#decoder.decode(this.#out[this.#decoded], { stream: true });
    }
    return this.#text;
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Run> {
    this.child.kill(signal);
    return this.done;
  }
}

/** Runs the command to its end, with `input` as its stdin. */
export function run(args: readonly string[], input: string | Uint8Array = ''): Promise<Run> {
  const cli = new Cli(args);
  cli.child.stdin?.end(input);
  return cli.done;
}

/** Starts a server on a free port of the loopback address, and waits until it listens. `args` come before the address. */
export function server(...args: string[]): Promise<Cli & { port: string }> {
  return serverOn('127.0.0.1:0', ...args);
}

/** Starts a server on `port`, such as a {@link freePort} that it is to come back to. */
export async function serverOn(port: string | number, ...args: string[]): Promise<Cli & { port: string }> {
  const cli = new Cli(['serve', ...args, String(port)]);
  const [, bound = ''] = await cli.says(/listening on \S*:(\d+)/);
  return Object.assign(cli, { port: bound });
}

/** Waits until `condition` holds. Looks again and again, and gives up after half a minute. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The SHA-256 of bytes, so that a difference of large ones is not printed. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
