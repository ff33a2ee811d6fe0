import { expect, test } from 'vitest';
import { Cli } from '../support/cli.js';

test.each([
  [['chat', '--keep', '5'], "wireline: option '--keep' is now '--retain'"],
  [['chat', '--keep-for', '5s'], "wireline: option '--keep-for' is now '--retain-for'"],
  [['chat', '--keep-bytes', '5k'], "wireline: option '--keep-bytes' is now '--retain-bytes'"],
  [['chat', '--log', 'sqlite:chat.db'], 'The journal of a chat is chosen by --store sqlite:chat.db.'],
  [['chat', '--log', 'memory'], 'The journal of a chat is chosen by --store memory.'],
  [['order', '--keep'], "wireline: option '--keep' is now '--rounds 0'"],
])('serve %s is wrong usage, and the line has the new form', async (words, line) => {
  const { status, stderr } = await new Cli(['serve', ...words, '127.0.0.1:0']).done;
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 2, stderr: expect.stringContaining(line) });
});
