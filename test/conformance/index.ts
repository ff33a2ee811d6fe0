/**
 * `wireline/testing/conformance`: the contracts as suites of Vitest, for codecs, transports, logs, inputs, outputs and
 * folders of others. They need the packages `vitest` and `fast-check`.
 */

export { type CodecUnderTest, codecConformance } from './codec.js';
export { connectionConformance, type TransportUnderTest } from './connection.js';
export { type DirectoryUnderTest, directoryConformance } from './directory.js';
export { type InputUnderTest, inputConformance, type OutputUnderTest, outputConformance } from './flow.js';
export { type JournalUnderTest, journalConformance } from './journal.js';
export { type TreeUnderTest, treeConformance } from './tree.js';
