export { type Address, formatAddress, parseListenAddress, parseTarget } from './address.js';
export { type DialOptions, dial } from './dial.js';
export { type Observer, type ServeOptions, type Server, serve } from './serve.js';
