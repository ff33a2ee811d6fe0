import { expect, test } from 'vitest';
import { type LogFormat, stderrLogger } from '../../src/cli/logger.js';
import { LineWriter } from '../../src/cli/stderr.js';

/** A log, and the lines that it has written. */
function recorded(format: LogFormat, verbosity = 1) {
  const lines: string[] = [];
  const writer = new LineWriter(-1);
  writer.write = (line) => void lines.push(line);
  return { log: stderrLogger(format, verbosity, writer), lines };
}

const forged = 'no name x\n[00:00:00] 6.6.6.6:1 connected \x1b[31mRED \x1b]0;title\x07 \u202eback \x9b1m';
const levels = ['error', 'warn', 'info', 'debug'] as const;

test.each(levels)('no text of a peer’s forges a line of the log at level %s', (level) => {
  const { log, lines } = recorded('text');
  log[level](forged);
  expect(lines).toEqual([
    expect.stringMatching(
      /^\[\d\d:\d\d:\d\d\] no name x\^J\[00:00:00\] 6\.6\.6\.6:1 connected \^\[\[31mRED \^\[\]0;title\^G <U\+202E>back <U\+009B>1m$/,
    ),
  ]);
});

test.each(levels)('in JSON it is the same text, with nothing that a terminal would obey, at level %s', (level) => {
  const { log, lines } = recorded('json');
  log[level](forged, { name: forged });
  const [line = ''] = lines;
  expect(JSON.parse(line)).toMatchObject({ message: forged, name: forged });
  expect(line).toMatch(/^[\x20-\x7e]+$/);
});

test('an error is logged with its stack, whose lines are no entries', () => {
  const error = new Error(`bad\n[00:00:00] forged`);
  const text = recorded('text', -1);
  text.log.error('a service has thrown', { stack: error.stack });
  const [entry, message, forgery, ...stack] = (text.lines[0] ?? '').split('\n');
  expect(entry).toMatch(/^\[[\d:]{8}\] a service has thrown$/);
  expect([message, forgery]).toEqual(['    Error: bad', '    [00:00:00] forged']);
  expect(stack[0]).toMatch(/^ {4}at .*logger\.test\.ts/);
  const json = recorded('json', -1);
  json.log.error('a service has thrown', { stack: error.stack });
  expect(JSON.parse(json.lines[0] ?? '')).toMatchObject({
    level: 50,
    message: 'a service has thrown',
    stack: error.stack,
  });
});

test('how much is logged: warnings alone, what happens, or all', () => {
  const counts = [-1, 0, 1].map((verbosity) => {
    const { log, lines } = recorded('text', verbosity);
    for (const level of levels) log[level](level);
    return lines.length;
  });
  expect(counts).toEqual([2, 3, 4]);
});
