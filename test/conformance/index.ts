/**
 * `wireline/testing/conformance`: the contracts as suites of Vitest, for codecs, transports and logs of others. They need
 * the packages `vitest` and `fast-check`.
 */

export { type CodecUnderTest, codecConformance } from './codec.js';
export { connectionConformance, type TransportUnderTest } from './connection.js';
export { type LogUnderTest, logConformance } from './log.js';
