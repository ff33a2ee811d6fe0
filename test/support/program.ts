import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';

/** A program of this project that a test has started with this Node, and what it has said so far. */
export class Program {
  stdout = '';
  stderr = '';
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<unknown[]>;
  #watchers: (() => void)[] = [];

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, args, { env: { ...process.env, ...env } });
    this.#exited = once(this.#child, 'close');
    this.#child.stdout.on('data', (chunk: Buffer) => this.#add('stdout', chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => this.#add('stderr', chunk));
    void this.#exited.then(() => this.#wake());
  }

  /** Waits until the program has said something that `pattern` matches, on either stream. Rejects if it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match) return match;
      if (this.#child.exitCode !== null) throw new Error(`never said ${pattern}: ${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Writes `input`, where there is any, ends stdin, and waits for the exit status. */
  async finish(input?: string | Uint8Array): Promise<number | null> {
    this.#child.stdin.end(input);
    const [status] = await this.#exited;
    return status as number | null;
  }

  /** Sends `signal` and waits for the exit status, or the name of the signal that ended the program. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    this.#child.kill(signal);
    const [status, by] = await this.#exited;
    return (status ?? by) as number | string | null;
  }

  #add(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this[stream] += chunk.toString();
    this.#wake();
  }

  #wake(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const wake of watchers) wake();
  }
}

/** What a plain socket gets that sends `text`, half-closes, and reads to the end. */
export async function plainClient(port: number, text: string | Uint8Array): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
