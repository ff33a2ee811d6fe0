/** The words of the library: see `docs/architecture.md`. This room imports nothing. */

export { type OnError, printError } from './attempt.js';
export { Budget, type Share, type ShareOptions } from './budget.js';
export { type Answering, bytesOf, type Sendable } from './bytes.js';
export {
  type ClientMessage,
  chatVersion,
  type Joined,
  type RefusalCode,
  type SentEntry,
  type ServerMessage,
} from './chat.js';
export { type Clock, systemClock, type Timer } from './clock.js';
export type { Codec, Decoder } from './codec.js';
export type { Closed, Connection, ConnectionState, Handler, Service, Sync } from './connection.js';
export { type Dialect, startsWith } from './dialect.js';
export type { Incoming, Input, Output, Receiver, Source, Spool } from './flow.js';
export {
  type Download,
  type Folder,
  type FolderEntry,
  type NewFile,
  type NewFileOptions,
  type OpenFile,
  pathParts,
} from './folder.js';
export { type Hash, type MakeHash, sha256 } from './hash.js';
export { joined } from './joined.js';
export { layered, type View, viewed } from './layer.js';
export type { Entry, Extent, Log, LogRange, Retention, Saying } from './log.js';
export { Piecework, type PieceworkEnd, type WritePiece } from './piecework.js';
export { type Holder, Pressure, tightPart } from './pressure.js';
export { printable } from './printable.js';
export { asWirelineError, isReason, type Reason, type ReasonEntry, reasons, WirelineError } from './reason.js';
export { isReused, isShared, keep, Reusable, release } from './reusable.js';
export { inWords } from './system-errors.js';
export { Turn, type TurnShare, Turns, type TurnsOptions, type TurnTask, turnShare, turns } from './turns.js';
