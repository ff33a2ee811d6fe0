import type { Budget, Codec, Connection, Service } from '../../../core/index.js';
import { framed, type TextMessage, telnet } from '../../../framing/index.js';
import { maxWaiting, Transforming } from './handler.js';

/**
 * Makes a reply of a message; a string is sent as UTF-8. What it throws, or rejects with, is the reply `error: ...` to
 * this message only.
 */
export type Transform = (message: Uint8Array) => Uint8Array | string | Promise<Uint8Array | string>;

/** Options of {@link transform}. */
export interface TransformOptions {
  readonly codec: Codec<TextMessage>;
  /** Gives each connection its transform, which may count its messages, and not begin with one once `peer` is closed. */
  readonly make: (peer: Pick<Connection, 'state'>) => Transform;
  /** True if the transform is given views, valid until it returns (default: false, a message stays as it is). */
  readonly views?: boolean;
  /** Messages of one connection whose replies may be in the making at a time (default 64). */
  readonly atOnce?: number;
  /** Memory that all connections share for what they hold of messages and replies. */
  readonly budget?: Budget;
}

/**
 * Answers each message with what the transform makes of it, in the order of the messages, whatever the order in
 * which replies are ready; a reply ends as its message did. A client that does not read is not read from, and none of
 * its messages is begun. A server that stops answers what it has received.
 */
export function transform({ codec, make, views = false, atOnce = maxWaiting, budget }: TransformOptions): Service {
  const service = framed(codec, (peer) => new Transforming(peer, make(peer), atOnce), {
    ...{ explain: true, views },
    ...(budget ? { budget } : {}),
  });
  // A binary framing has any bytes.
  return codec.name === 'text' ? telnet(service, { onlyFromStart: true }) : service;
}
