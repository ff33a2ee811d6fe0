/** Both directions of a connection at once. */
export { type ConnectOptions, connect } from './client.js';
