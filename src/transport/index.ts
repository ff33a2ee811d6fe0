export { systemClock } from '../core/index.js';
export {
  type Address,
  type AddressLike,
  formatAddress,
  listenAddressOf,
  parseListenAddress,
  parseTarget,
  targetOf,
} from './address.js';
export { type DialOptions, dial } from './dial.js';
export { idle } from './idle.js';
export { memoryPair } from './memory.js';
export { perAddress } from './per-address.js';
export type { Lookup } from './reach.js';
export { type Observer, type ServeOptions, type Server, serve } from './serve.js';
export { type SniffOptions, sniffed } from './sniffed.js';
export { inWords, reasonOf } from './system-errors.js';
