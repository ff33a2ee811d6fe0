import { type Budget, type Service, wrapHandler } from '../../../core/index.js';
import { conversation, framed, type TextMessage, type TextOptions, telnet, text } from '../../../framing/index.js';
import { parseAnnouncement } from '../protocol.js';
import type { RoundOptions } from './options.js';
import { Round } from './round.js';

/** Options of {@link order}. */
export interface OrderOptions extends RoundOptions {
  /** Cuts the messages; a pause ends one after 250 ms here, as nobody waits for an answer to a part. */
  readonly text?: TextOptions;
  /** Memory that all clients share for what is held of their messages. */
  readonly budget?: Budget;
}

/**
 * Acknowledges clients in the order in which their messages were received, whatever the order in which they
 * connected. Each says `Client X: Alice`; when all have, every one is sent `X: Alice received before Y: Bob`
 * and its connection is ended. One that leaves before that frees its place, and the others are told. A client that is
 * gone gives way to one that announces its label.
 */
export function order(options: OrderOptions): Service {
  const round = new Round(options);
  return telnet((peer) => {
    const party = round.join(peer);
    if (!party) return { data() {} };
    let receipt = 0;
    const service = () => ({
      data: (message: TextMessage) => round.say(party, { ...parseAnnouncement(message.bytes), receipt }),
      end: () => round.end(party),
      close: () => round.leave(party),
    });
    const messages = framed(text({ pauseMs: 250, ...conversation, ...options.text }), service, {
      explain: true,
      views: true,
      ...(options.budget ? { budget: options.budget } : {}),
    })(peer);
    return wrapHandler(messages, {
      data(bytes) {
        // A message without a newline is known to be whole only after a pause, but was received before it.
        receipt = ++round.reads;
        return messages.data(bytes);
      },
    });
  });
}
