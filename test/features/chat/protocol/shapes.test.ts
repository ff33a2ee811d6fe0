import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { requestOf, requests } from '../../../../src/features/chat/protocol/shapes.js';

const page = readFileSync('docs/reference/protocol.md', 'utf8');

test.each(Object.entries(requests))('the reference has the request %s with each of its fields', (type, fields) => {
  const row = page.split('### What a client sends')[1]?.match(new RegExp(`^\\| \`${type}\` \\|.*$`, 'm'))?.[0];
  expect(row).toBeDefined();
  for (const field of Object.keys(fields).filter((name) => !(type === 'pong' && name === 'id')))
    expect(row).toContain(`\`${field}\``);
});

test('a request has the fields that are known, and no others', () => {
  expect(requestOf({ type: 'say', room: 'a', body: 'hi', later: 1 })).toEqual({ type: 'say', room: 'a', body: 'hi' });
  expect(requestOf({ type: 'unheard' })).toBeUndefined();
  expect(requestOf({ type: 'toString' })).toBeUndefined();
});

test.each([
  [{ type: 'say', room: 1, body: 'x' }, 'bad-message', 'room must be a text that is not empty'],
  [{ type: 'say', room: 'a' }, 'bad-message', 'body must be a text that is not empty'],
  [{ type: 'say', room: 'a', body: 'x', id: 'y'.repeat(129) }, 'too-long', 'id is too long'],
  [{ type: 'history', room: 'a', limit: -1 }, 'bad-message', 'limit must be a whole number'],
  [{ type: 'hello', version: 1, secret: 'short' }, 'bad-message', 'secret must be a text of 16 to 128 characters'],
])('a request with a wrong field is rejected: %j', (message, code, words) => {
  expect(() => requestOf(message)).toThrow(expect.objectContaining({ code, message: words }));
});
