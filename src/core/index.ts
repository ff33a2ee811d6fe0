/** The words of the library: see `docs/architecture.md`. This room imports nothing. */

export { type Address, formatPeer, type PeerAddress } from './address.js';
export { type OnError, printError } from './attempt.js';
export { Budget, type Share, type ShareOptions } from './budget.js';
export { type Answering, bytesOf, type Sendable } from './bytes.js';
export { type Clock, systemClock, type Timer } from './clock.js';
export type { Codec, Decoder } from './codec.js';
export { concat } from './concat.js';
export type { Closed, Connection, ConnectionState, Handler, Service, Sync } from './connection.js';
export type { Input, MessageWriter, Output, Receiver, Source, Spool } from './flow.js';
export { type Hash, type MakeHash, sha256 } from './hash.js';
export { type View, wrapConnection, wrapHandler } from './layer.js';
export type { NewFile, NewFileOptions } from './new-file.js';
export { Piecework, type PieceworkEnd, type WritePiece } from './piecework.js';
export { type Holder, Pressure, tightPart } from './pressure.js';
export { printable } from './printable.js';
export { asWirelineError, isReason, type Reason, type ReasonEntry, reasons, WirelineError } from './reason.js';
export { refusalIn, refusalLine, refusalPrefix } from './refusal.js';
export { isReused, isShared, Reusable, release, retain } from './reusable.js';
export { errorText } from './system-errors.js';
export { Turn, type TurnShare, Turns, type TurnsOptions, type TurnTask, turnShare, turns } from './turns.js';
