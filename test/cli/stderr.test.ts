import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LineWriter } from '../../src/cli/stderr.js';
import { until } from '../support/cli.js';
import { folder } from '../support/folder.js';

/** A named pipe: the descriptor that it is written by, and what is in it now. */
function pipe(): { fd: number; read: () => string } {
  const path = join(folder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY);
  onTestFinished(() => [reader, fd].forEach(closeSync));
  const memory = Buffer.alloc(1024 * 1024);
  const read = () => {
    let text = '';
    try {
      for (;;) text += memory.toString('latin1', 0, readSync(reader, memory));
    } catch {
      return text;
    }
  };
  return { fd, read };
}

test('lines that nobody reads wait, then are dropped and counted; what waits comes in order', async () => {
  const { fd, read } = pipe();
  const writer = new LineWriter(fd, (count) => `${count} are missing`);
  const line = (at: number) => `${at} `.padEnd(99, '.');
  for (let at = 0; at < 3000; at++) writer.write(line(at));
  let text = '';
  await until(() => {
    text += read();
    return text.includes('missing');
  }, 'the writer says what is missing');
  const [, missing] = /^(\d+) are missing$/m.exec(text) ?? [];
  const lines = text.trimEnd().split('\n').slice(0, -1);
  expect(lines).toEqual(Array.from(lines, (_, at) => line(at)));
  expect(lines.length + Number(missing)).toBe(3000);
  // A pipe holds 64 KiB, and the writer as much.
  expect(lines.length).toBeGreaterThan(1200);
  expect(lines.length).toBeLessThan(1400);
  writer.write('and on');
  expect(read()).toBe('and on\n');
});

test('what is drawn is dropped where it would have to wait', async () => {
  const { fd, read } = pipe();
  const writer = new LineWriter(fd);
  writer.draw('\r10%');
  expect(read()).toBe('\r10%');
  for (let at = 0; at < 70; at++) writer.write('.'.repeat(1023));
  writer.draw('\r20%');
  let text = '';
  await until(() => {
    text += read();
    return text.length >= 70 * 1024;
  }, 'all lines have come');
  expect(text).not.toContain('20%');
});

test.skipIf(process.platform !== 'linux')('a full disk costs the line and no more', () => {
  const fd = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(fd));
  const writer = new LineWriter(fd);
  for (let at = 0; at < 100; at++) writer.write('lost');
});
