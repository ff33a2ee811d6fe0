import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { gathered } from '../../src/cli/gathered.js';
import { lineInput } from '../../src/cli/line-input.js';
import { descriptorInput, fileInput, sequence } from '../../src/io/input.js';
import { descriptorOutput } from '../../src/io/output.js';
import { inputConformance, memoryInput, memoryOutput, outputConformance } from '../conformance/flow.js';
import { folder } from '../support/folder.js';

function file(content: Uint8Array): string {
  const path = join(folder(), 'content');
  writeFileSync(path, content);
  return path;
}

/** Cuts content into chunks that end in the middle of lines. */
function pieces(content: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += 1000) chunks.push(content.subarray(at, at + 1000));
  return chunks;
}

/** A named pipe, open at both ends so that opening it waits for nobody. */
function pipe() {
  const path = join(folder(), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

inputConformance({ name: 'in memory', open: (content) => memoryInput(pieces(content)) });
inputConformance({ name: 'of a file', open: (content) => fileInput(file(content)) });
inputConformance({
  name: 'of a file that must stay as it is',
  open: (content) => fileInput(file(content), { steady: true }),
});
inputConformance({
  name: 'of a descriptor of a file',
  open(content) {
    const fd = openSync(file(content), 'r');
    onTestFinished(() => closeSync(fd));
    return descriptorInput(fd);
  },
});
inputConformance({
  name: 'of a pipe',
  open(content) {
    const path = pipe();
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    // Another process writes, at its own speed.
    const writer = spawn('sh', ['-c', 'cat "$0" > "$1"', file(content), path], { stdio: 'ignore' });
    onTestFinished(() => void writer.kill());
    return descriptorInput(reader);
  },
});
inputConformance({
  name: 'of several, one after the other',
  open: (content) =>
    sequence([
      () => memoryInput(pieces(content.subarray(0, 5000))),
      () => memoryInput([]),
      () => fileInput(file(content.subarray(5000))),
    ]),
});
inputConformance({
  name: 'cut into lines',
  open: (content) => lineInput(memoryInput(pieces(content)), 10_000),
  given: (content) => Buffer.from(Buffer.from(content).toString().replaceAll('\n', '')),
});

outputConformance({ name: 'in memory', open: async () => memoryOutput(100_000) });
outputConformance({
  name: 'of a pipe',
  async open() {
    const path = pipe();
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(reader));
    const output = descriptorOutput(writer, (error) => {
      throw error;
    });
    return { output, take: (bytes) => read(reader, bytes) };
  },
});
outputConformance({
  name: 'that gathers what is written in a turn',
  async open() {
    const { output, take } = memoryOutput(100_000);
    return { output: gathered(output), take };
  },
});

async function read(fd: number, count: number): Promise<Uint8Array> {
  const all = Buffer.alloc(count);
  for (let at = 0; at < count; ) {
    try {
      at += readSync(fd, all, at, count - at, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await new Promise(setImmediate);
    }
  }
  return all;
}
