/** Logs: what a room has said, in one order. */
export { type MemoryLogOptions, memoryLog } from './memory.js';
export { type SqliteLogOptions, sqliteLog } from './sqlite.js';
