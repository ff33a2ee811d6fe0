import { closeSync, mkdtempSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cli, server } from '../support/cli.js';
import { removeFolder } from '../support/folder.js';
import { plainClient } from '../support/program.js';

const GiB = 1024 ** 3;

/** A server of a file that takes no room on the disk: zeros, and `end` as its last bytes. */
async function servingSparse(size: number): Promise<Cli & { port: string }> {
  const path = mkdtempSync(join(tmpdir(), 'wireline-large-'));
  onTestFinished(() => removeFolder(path));
  const file = join(path, 'sparse');
  writeFileSync(file, '');
  truncateSync(file, size);
  const fd = openSync(file, 'r+');
  writeSync(fd, 'end', size - 3);
  closeSync(fd);
  return await server('files', path, '-q');
}

/** The memory that a process has used at most, in KiB; 0 where it has ended. */
function memoryOf({ child }: Cli): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

describe('a file larger than memory ought to be', () => {
  const unmeasured = process.platform !== 'linux';

  test.skipIf(unmeasured)('2 GiB in constant memory at both ends', { timeout: 180_000 }, async () => {
    const serving = await servingSparse(2 * GiB);
    const nowhere = openSync('/dev/null', 'w');
    onTestFinished(() => closeSync(nowhere));
    const getting = new Cli(['get', '--json', '-q', 'localhost', serving.port, 'sparse', '-'], { stdout: nowhere });
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, memoryOf(getting));
    }, 50);
    const { status, stderr } = await getting.done;
    clearInterval(watch);
    expect(status).toBe(0);
    // Lines of progress may come before the last one, which is the result.
    const result = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
    expect(result).toMatchObject({ bytes: 2 * GiB, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(150 * 1024);
    expect(memoryOf(serving)).toBeLessThan(150 * 1024);
  });

  test('10 GiB, of which only the last bytes are wanted', async () => {
    const serving = await servingSparse(10 * GiB);
    const request = { get: 'sparse', offset: 10 * GiB - 5, hash: false };
    const [header, rest] = (await plainClient(Number(serving.port), `${JSON.stringify(request)}\n`)).split('\n');
    expect(JSON.parse(header ?? '')).toMatchObject({ size: 10 * GiB, offset: 10 * GiB - 5 });
    expect(rest).toBe(`\0\0end{"bytes":${10 * GiB}}`);
  });
});
