/** Streams in one direction: sink receives whole messages, send sends one. */
export { type SendOptions, send } from './client.js';
export { intoDirectory, type OnSaved } from './server/into-directory.js';
export { type SinkOptions, type SinkUnit, sink } from './server/sink.js';
export { verified } from './server/verified.js';
export { WholeMessageWriter, type WholeMessageWriterOptions } from './server/whole-message-writer.js';
