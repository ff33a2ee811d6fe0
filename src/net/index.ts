/** Sockets as Connections: addresses, serve, dial, the channel of `for await`, and the layers that limit a service. */
export {
  type AddressLike,
  formatAddress,
  listenAddressOf,
  parseListenAddress,
  parseTarget,
  targetOf,
} from './address.js';
export { asDuplex, type DuplexBridge } from './as-duplex.js';
export { type Channel, type NextOptions, type OpenOptions, open } from './channel.js';
export { type DetectOptions, detect } from './detect.js';
export { type DialOptions, dial } from './dial.js';
export { type Dialect, startsWith } from './dialect.js';
export { idle } from './limits/idle.js';
export { perAddress } from './limits/per-address.js';
export type { ListenTarget } from './listen.js';
export { memoryPair } from './memory-pair.js';
export type { Lookup } from './reach.js';
export type { ReceiptOptions } from './receipt.js';
export { serve } from './serve.js';
export type { Observer, ServeOptions, Server } from './serve-options.js';
export { StreamConnection, type StreamConnectionOptions, serveStream } from './stream-connection.js';
export { reasonOf } from './system-errors.js';
