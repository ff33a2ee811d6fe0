/**
 * wireline, the library. A **Service** is a function from a peer (a {@link Connection}) to a {@link Handler}.
 * `serve` runs one for each connection of a server, `dial` runs one on the end that dials, and `open` gives a
 * {@link Channel} to read with `for await`. `framed` puts a {@link Codec} before a service, so that it sees
 * messages instead of bytes. The services and clients of the command line are functions here too.
 *
 * `docs/reference/library.md` has the names one by one, and `examples/` has programs.
 */
export * from './core/index.js';
export * from './features/ask/index.js';
export * from './features/chat/index.js';
export * from './features/connect/index.js';
export * from './features/echo/index.js';
export * from './features/files/index.js';
export * from './features/order/index.js';
export * from './features/relay/index.js';
export * from './features/stream/index.js';
export * from './features/talk/index.js';
export * from './features/transform/index.js';
export * from './framing/index.js';
export * from './io/index.js';
export * from './net/index.js';
