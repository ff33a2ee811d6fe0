import { expect, test } from 'vitest';
import { memoryLog } from '../../src/log/index.js';
import { logConformance } from '../conformance/log.js';

logConformance({ name: 'memory', open: async (options) => memoryLog(options) });

test('each memory log has an epoch of its own', () => {
  expect(memoryLog().epoch).not.toBe(memoryLog().epoch);
});
