/** The chat: its wire, its server with a file per dialect, its journals, and its client. */

export { ChatClient } from './client/client.js';
export { enter, showRoom } from './client/model/commands.js';
export { onMessage, onSaid, onState } from './client/model/incoming.js';
export {
  activeRoom,
  type Effect,
  type Line,
  type Model,
  newModel,
  type RoomState,
  type Step,
} from './client/model/model.js';
export type { ChatListener, ChatOptions, ChatState } from './client/options.js';
export { describeGap, type Gap, roomKey } from './client/positions.js';
export { type MemoryDirectoryOptions, memoryDirectory } from './directory/memory.js';
export { type MemoryJournalOptions, memoryJournal } from './journal/memory.js';
export { type SqliteJournalOptions, sqliteJournal } from './journal/sqlite.js';
export type { Claim, Directory } from './protocol/directory.js';
export type { ChatEvent } from './protocol/events.js';
export type { Bounds, Entry, Journal, JournalRange, NewEntry, Retention } from './protocol/journal.js';
export {
  type ClientMessage,
  chatVersion,
  type Joined,
  type RefusalCode,
  type SentEntry,
  type ServerMessage,
} from './protocol/messages.js';
export { Refusal } from './protocol/refusal.js';
export { jsonDialect } from './server/dialects/json.js';
export { plainDialect } from './server/dialects/plain.js';
export { wrongProtocol } from './server/dialects/wrong-protocol.js';
export type { Ack, Encoder, Recipient } from './server/encoder.js';
export type { ChatServerOptions, ResumePoint } from './server/options.js';
export type { RateLimit } from './server/rate-limiter.js';
export { ChatServer } from './server/server.js';
export { Session } from './server/session.js';
