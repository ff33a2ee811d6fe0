/**
 * `wireline/net`: what layers, transports and services with limits are made of. Addresses, serve and dial, bridges to Node
 * streams, memory that all connections share, and turns.
 */
export * from '../core/index.js';
export { type ConnectionEvent, connectionEvents } from './events.js';
export * from './index.js';
