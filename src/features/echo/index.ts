/** Every byte back. */
export { type EchoOptions, echo } from './server.js';
