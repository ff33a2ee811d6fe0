import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** Why a program of others cannot be spoken to here; undefined where it can. `scripts/install-peers.sh` installs them. */
export function missing(program: string): string | undefined {
  return spawnSync('which', [program]).status === 0 ? undefined : `${program} is not installed`;
}

/** The title of a test with why it is skipped, which the end of the run repeats. */
export function titled(title: string, why: string | undefined): string {
  return why === undefined ? title : `${title} (skipped: ${why})`;
}

/** A program of others while it runs, with what it has printed. It is killed at the end of its test. */
export interface Peer {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: () => string;
  /** Resolves with its exit status, once it has ended and all it printed is there. */
  readonly done: Promise<number | null>;
}

/** Starts a program, with `input` and the end of input as its stdin, where there is any. */
export function peer(program: string, args: readonly string[], input?: string | Uint8Array): Peer {
  const child = spawn(program, args);
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  onTestFinished(() => void child.kill('SIGKILL'));
  const done = once(child, 'close').then(([status]) => status as number | null);
  return { child, stdout: () => Buffer.concat(out).toString('latin1'), done };
}
