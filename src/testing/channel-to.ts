import type { Codec, OnError, Service } from '../core/index.js';
import { type Channel, OpenChannel } from '../net/channel.js';
import { memoryPair } from '../net/index.js';

/** Options of {@link channelTo}. */
export interface ChannelToOptions {
  /** Bytes of unread messages before the service is read no further (default 1 MiB). */
  readonly maxBytes?: number;
  /** Receives the mistakes of the service (default: prints them on stderr). */
  readonly onError?: OnError;
}

/**
 * Returns a channel of the messages of `codec` to `service`, over a connection in memory: a test sends and awaits
 * messages without a socket or a port. What holds for any {@link Channel} holds for this one.
 */
export function channelTo<In, Out = In>(
  service: Service,
  codec: Codec<In, Out>,
  { maxBytes, ...options }: ChannelToOptions = {},
): Channel<In, Out> {
  const channel = new OpenChannel(codec, maxBytes);
  memoryPair(service, (peer) => channel.begin(peer), options);
  return channel;
}
