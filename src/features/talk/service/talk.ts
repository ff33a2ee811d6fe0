import type { Service } from '../../../core/index.js';
import { conversation, framed, telnet, text } from '../../../framing/index.js';
import { TalkEnd } from './end.js';
import type { TalkOptions } from './options.js';

/**
 * A talk of two, the same at both ends: each line goes to the other. `/q` alone, the end of the lines, or the
 * other's leaving ends it. Lines said out of turn wait and are used in order.
 */
export function talk(options: TalkOptions): Service {
  return telnet(
    framed(text({ ...conversation, ...options.text }), (peer) => new TalkEnd(peer, options), { views: true }),
  );
}
