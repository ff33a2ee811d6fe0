/** What a server does with its connections, one file a service. */
export { type EchoOptions, echo } from './echo.js';
export { type FilesOptions, files } from './files.js';
export { type OrderOptions, order } from './order.js';
export { Outlet, type OutletOptions } from './outlet.js';
export { type RelayOptions, relay } from './relay.js';
export { type SinkOptions, type SinkUnit, sink } from './sink.js';
export { talk } from './talk.js';
export type { TalkOptions } from './talk-options.js';
export { type Transform, type TransformOptions, transform } from './transform.js';
export { builtIn, type TransformName, transforms } from './transforms.js';
export { verified } from './verified.js';
