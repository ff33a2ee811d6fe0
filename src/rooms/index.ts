/** A chat: rooms, their members and names, and one file a dialect that they are spoken to in. */
export { Hall } from './hall.js';
export type { HallOptions, Position } from './hall-options.js';
export { jsonDialect } from './json-dialect.js';
export type { PaceOptions } from './pace.js';
export { plainDialect } from './plain-dialect.js';
export { strangers } from './strangers.js';
