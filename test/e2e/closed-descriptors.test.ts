import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { server } from '../support/cli.js';

/** Runs the command by a shell, with a redirection of the shell's. Resolves with its status and the line that it printed. */
async function redirected(redirection: string, ...args: string[]): Promise<{ status: number; stderr: string }> {
  const words = args.map((word) => `'${word}'`).join(' ');
  // The shell has to stay: a command that replaces it has no shell for a parent.
  const script = `'${process.execPath}' dist/cli.cjs ${words} ${redirection}; exit $?`;
  const shell = spawn('bash', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] });
  let stderr = '';
  shell.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  shell.stdin.end('a line\n');
  shell.stdout.resume();
  const [status] = await once(shell, 'close');
  return { status, stderr };
}

describe.skipIf(process.platform !== 'linux')('closed at the start', () => {
  test('stdout is an error of every command that has something to write there', async () => {
    const { port } = await server('echo');
    const closed = { status: 1, stderr: 'wireline: stdout is closed\n' };
    expect(await redirected('>&-', 'ask', '-m', 'x', '127.0.0.1', port)).toEqual(closed);
    expect(await redirected('>&-', 'serve', 'sink', '127.0.0.1:0')).toEqual(closed);
    expect(await redirected('>&-', '--version')).toEqual(closed);
  });

  test('stdin is an error of every command that reads it', async () => {
    const { port } = await server('echo');
    const closed = { status: 1, stderr: 'wireline: stdin is closed\n' };
    expect(await redirected('<&-', 'send', '-q', '127.0.0.1', port)).toEqual(closed);
    expect(await redirected('<&-', 'ask', '127.0.0.1', port)).toEqual(closed);
    expect(await redirected('<&-', 'ask', '-m', 'x', '127.0.0.1', port)).toMatchObject({ status: 0 });
  });
});

test('/dev/null is an output and an input, whoever opens it', async () => {
  const { port } = await server('echo');
  const done = { status: 0, stderr: '' };
  expect(await redirected('>/dev/null', 'ask', '-m', 'x', '127.0.0.1', port)).toEqual(done);
  expect(await redirected('</dev/null', 'ask', '127.0.0.1', port)).toEqual(done);
  const child = spawn(process.execPath, ['dist/cli.cjs', 'ask', '-m', 'x', '127.0.0.1', port], { stdio: 'ignore' });
  expect((await once(child, 'close'))[0]).toBe(0);
});
