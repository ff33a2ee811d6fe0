import { expect, test } from 'vitest';
import { run, server } from '../support/cli.js';
import { folder } from '../support/folder.js';

test('for people, each event is one line with the time of day', async () => {
  const sink = await server('sink', '--once', '--into', folder());
  expect((await run(['send', '127.0.0.1', sink.port], 'hello')).status).toBe(0);
  const lines = (await sink.done).stderr.trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.replace(/:\d+ /, ':PORT ').replace(/as \S+\//, 'as INTO/'))).toEqual([
    expect.stringMatching(/^\[\d\d:\d\d:\d\d\] \S+:PORT connected$/),
    expect.stringMatching(/^\[\d\d:\d\d:\d\d\] \S+:PORT saved as INTO\/message-000001, 5 bytes$/),
    expect.stringMatching(/^\[\d\d:\d\d:\d\d\] \S+:PORT closed \(ended\), 5 bytes in, 0 bytes out$/),
  ]);
});

test('for programs, each event is one line of JSON with its fields', async () => {
  const sink = await server('sink', '--once', '--log', 'json', '--into', folder());
  expect((await run(['send', '127.0.0.1', sink.port], 'hello')).status).toBe(0);
  const lines = (await sink.done).stderr.trimEnd().split('\n').slice(1);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 30, time: expect.any(Number), peer: expect.any(Number), msg: expect.stringMatching(/connected$/) },
    { path: expect.stringMatching(/message-000001$/), bytes: 5, remote: expect.stringMatching(/:\d+$/) },
    { reason: 'ended', received: 5, sent: 0 },
  ]);
});
