import { expect, test } from 'vitest';
import { lineInput } from '../../src/cli/line-input.js';
import type { Input } from '../../src/core/index.js';

/** An input whose bytes and end a test gives. */
class Given implements Input {
  receive: (bytes: Uint8Array) => boolean = () => false;
  done: (error?: Error) => void = () => {};
  stopped = false;

  read(receive: (bytes: Uint8Array) => boolean, done: (error?: Error) => void): void {
    Object.assign(this, { receive, done });
  }
  resume(): void {}
  stop(): void {
    this.stopped = true;
  }
}

test('lines that wait are not given after stop, nor is the end', () => {
  const given = new Given();
  const lines = lineInput(given, 100);
  const heard: string[] = [];
  const receive = (line: Uint8Array) => {
    heard.push(Buffer.from(line).toString());
    return false;
  };
  lines.read(receive, () => heard.push('the end'));
  given.receive(Buffer.from('one\ntwo\nthree\n'));
  lines.resume();
  expect(heard).toEqual(['one', 'two']);
  lines.stop();
  lines.resume();
  given.receive(Buffer.from('four\n'));
  given.done();
  expect(heard).toEqual(['one', 'two']);
  expect(given.stopped).toBe(true);
});
