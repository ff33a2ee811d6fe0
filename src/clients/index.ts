/** What a client does with its one connection, one file a client. */
export { type AskOptions, ask, bytesDialect, type Dialect, type Questions, textDialect } from './ask.js';
export { type Channel, open } from './channel.js';
export { connect } from './connect.js';
export { type SendOptions, send } from './send.js';
