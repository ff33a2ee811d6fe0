import type { Budget, Service } from '../../../core/index.js';
import { conversation, framed, type TextOptions, telnet, text } from '../../../framing/index.js';
import { RelayGroup } from './group.js';

/** Options of {@link relay}. */
export interface RelayOptions {
  /** Clients that make a group (default 2). */
  readonly size?: number;
  /** Bytes kept of what a client says before its group is complete; then it is read no further (default 1 MiB). */
  readonly keep?: number;
  readonly text?: TextOptions;
  /** Memory that all clients share for what is held of their messages. */
  readonly budget?: Budget;
}

/**
 * Joins clients in order of arrival and sends each line to the others, never back. `Bye`, alone on a line, is
 * relayed and ends all. What is said before the group is complete is kept and delivered. A member that is gone
 * is announced once, and where only one is left, that ends too.
 */
export function relay({ size = 2, keep = 1024 * 1024, ...options }: RelayOptions = {}): Service {
  let forming = new RelayGroup(size, keep);
  return telnet(
    framed(
      text({ ...conversation, ...options.text }),
      (peer) => {
        if (forming.complete) forming = new RelayGroup(size, keep);
        const group = forming;
        const member = group.join(peer);
        return {
          data: (message) => group.say(member, message),
          drain: () => group.resume(),
          end: () => group.end(member),
          close: () => group.leave(member),
        };
      },
      { explain: true, views: true, ...(options.budget ? { budget: options.budget } : {}) },
    ),
  );
}
