import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { server, until } from '../support/cli.js';
import { missing } from '../support/peers.js';

const unable = missing('tmux');

/** Runs a shell command in a terminal of its own; what is typed, pasted and shown there. */
function terminal(folder: string, command: string) {
  const tmux = (...args: string[]) => execFileSync('tmux', ['-L', `wireline-${process.pid}`, ...args]).toString();
  tmux('new-session', '-d', '-x', '80', '-y', '24', command);
  onTestFinished(() => void tmux('kill-server'));
  return {
    type: (...keys: string[]) => tmux('send-keys', ...keys),
    shown: () => tmux('capture-pane', '-p'),
    paste(text: string) {
      writeFileSync(join(folder, 'paste'), text);
      tmux('load-buffer', join(folder, 'paste'));
      tmux('paste-buffer');
    },
  };
}

test.skipIf(unable)(`a paste of 100,000 characters arrives whole${unable ? ` (skipped: ${unable})` : ''}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wireline-terminal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const echo = await server('echo', '-q');
  const replies = () => readFileSync(join(folder, 'replies'), 'utf8');
  const command = `${process.execPath} dist/cli.cjs ask localhost ${echo.port} > ${join(folder, 'replies')}; sleep 60`;
  const screen = terminal(folder, command);
  await until(() => screen.shown().includes("(or 'exit' to quit):"), 'the prompt is there');
  const long = '0123456789'.repeat(10_000);
  screen.paste(long);
  screen.type('Enter');
  await until(() => replies().length > long.length, 'the reply is there');
  expect(replies() === `${long}\n`).toBe(true);
  screen.type('ahead', 'Enter');
  await until(() => replies().endsWith('ahead\n'), 'the next reply is there');
});
