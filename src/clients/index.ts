/** What a client does with its one connection, one file a client. */
export { type AnnounceOptions, announce } from './announce.js';
export { type AskOptions, ask, bytesPhrasing, type Phrasing, type Questions, textPhrasing } from './ask.js';
export { type Channel, type NextOptions, type OpenOptions, open } from './channel.js';
export { ChatClient } from './chat.js';
export type { ChatListener, ChatOptions, ChatState } from './chat-options.js';
export { lossOf, type Missed, roomKey } from './chat-rooms.js';
export { type ConnectOptions, connect } from './connect.js';
export type { Answer } from './files-answer.js';
export {
  type FilesSession,
  type FilesSessionOptions,
  openFiles,
  type ReceiveBody,
} from './files-session.js';
export { type GetOptions, type Got, get, getTree, IsFolder } from './get.js';
export { list } from './ls.js';
export { type FileToPut, type PutOptions, put, putAll, type Sent } from './put.js';
export type { ReceiptOptions } from './receipt-wait.js';
export { type SendOptions, send } from './send.js';
