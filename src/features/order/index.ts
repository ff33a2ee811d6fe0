/** Clients acknowledged in order of receipt. */
export { type AnnounceOptions, announce } from './client/announce.js';
export { type OrderOptions, order } from './server/order.js';
