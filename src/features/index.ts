/**
 * `wireline/services`: the services of the command line and their clients, but for files and chat, and where their payload
 * comes from and goes to.
 */

export type { Input, MessageWriter, Output, Receiver, Source, Spool } from '../core/index.js';
export * from '../io/index.js';
export * from './ask/index.js';
export * from './connect/index.js';
export * from './echo/index.js';
export * from './order/index.js';
export * from './relay/index.js';
export * from './stream/index.js';
export * from './talk/index.js';
export * from './transform/index.js';
