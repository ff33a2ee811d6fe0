import type { ChatEvent } from './events.js';
import type { ChatRequest } from './shapes.js';

export type { Joined, RefusalCode, SentEntry } from './events.js';

/** The version of the chat's wire that this library speaks: a hello and a welcome carry it. */
export const chatVersion = 1;

/** A message of a chat's client, one JSON object per line. The server ignores types and fields that it does not know. */
export type ClientMessage = ChatRequest;

/**
 * A message of a chat's server, one JSON object per line. A client ignores types and fields that it does not know. The wire has the
 * fields of the events as they are; the encoder of JSON is the place where the two may part.
 */
export type ServerMessage = ChatEvent;
