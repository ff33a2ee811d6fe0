/** Lines between the members of a group. */
export { type RelayOptions, relay } from './server/relay.js';
