import { expect, test } from 'vitest';
import { RequestReader } from '../../src/services/files-request-reader.js';
import { ManualClock } from '../support/manual-clock.js';

test('a request that the network holds up in its middle is one request', () => {
  const clock = new ManualClock();
  const requests: string[] = [];
  const reader = new RequestReader(
    clock,
    (line) => requests.push(Buffer.from(line).toString()),
    () => requests.push('the end'),
  );
  const push = (text: string) => {
    reader.push(Buffer.from(text));
    clock.pass(1000);
  };
  for (const part of ['{"ge', 't":"a name with } and {"', '', '}', '\n']) push(part);
  expect(requests.splice(0)).toEqual(['{"get":"a name with } and {"}']);
  // It is whole without a newline, and so is a plain name, which has no other end.
  push('{"list":""}');
  push('plain');
  expect(requests.splice(0)).toEqual(['{"list":""}', 'plain']);
  push('{"get":');
  reader.end();
  expect(requests).toEqual(['{"get":', 'the end']);
});
