import { expect, test } from 'vitest';
import { KeyReader } from '../../../../src/features/chat/terminal/keys.js';

test('a paste whose end mark is lost is over when the program says so', () => {
  const keys = new KeyReader();
  expect(keys.push('\x1b[200~one')).toEqual([]);
  expect(keys.pasting).toBe(true);
  expect(keys.push('two\r')).toEqual([]);
  expect(keys.endPaste()).toEqual([{ paste: 'onetwo\r' }]);
  expect(keys.push('\x03')).toEqual([{ key: 'ctrl-c' }]);
  expect(keys.pasting).toBe(false);
  keys.push('\x1b[200~three\x1b[20');
  expect(keys.endPaste()).toEqual([{ paste: 'three\x1b[20' }]);
  expect(keys.push('x')).toEqual([{ text: 'x' }]);
  expect(keys.endPaste()).toEqual([]);
});
