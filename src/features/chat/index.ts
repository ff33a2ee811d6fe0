/** The chat: its wire, its server with a file per dialect, its journals, and its client. */

export { ChatClient } from './client/client.js';
export type { ChatListener, ChatOptions, ChatState } from './client/options.js';
export { lossOf, type Missed, roomKey } from './client/positions.js';
export { type MemoryLogOptions, memoryLog } from './journal/memory.js';
export { type SqliteLogOptions, sqliteLog } from './journal/sqlite.js';
export type { Entry, Extent, Log, LogRange, Retention, Saying } from './protocol/journal.js';
export {
  type ClientMessage,
  chatVersion,
  type Joined,
  type RefusalCode,
  type SentEntry,
  type ServerMessage,
} from './protocol/messages.js';
export { jsonDialect } from './server/dialects/json.js';
export { plainDialect } from './server/dialects/plain.js';
export { strangers } from './server/dialects/wrong-protocol.js';
export type { HallOptions, Position } from './server/options.js';
export type { PaceOptions } from './server/rate-limiter.js';
export { Hall } from './server/server.js';
