import type { Incoming, Receiver, Service } from '../core/index.js';

/** What {@link sink} takes as one message: all that a connection sends, each line of it, or each chunk as it comes. */
export type SinkUnit = 'message' | 'line' | 'chunk';

/** How {@link sink} receives. */
export interface SinkOptions {
  readonly by?: SinkUnit;
}

const LF = 10;

/**
 * Takes what clients send and sends nothing back. With `by: 'message'` (the default) each connection is one
 * message. The connection is ended, which is the client's receipt, only when the receiver has all of it; a
 * message whose connection is cut is given up.
 */
export function sink(receiver: Receiver, { by = 'message' }: SinkOptions = {}): Service {
  return (peer) => {
    let unfinished = 0;
    let ended = false;
    const endWhenAllIsTaken = () => {
      if (ended && unfinished === 0) peer.end();
    };
    const source = {
      remote: peer.remote,
      pause: () => peer.pause(),
      resume: () => peer.resume(),
      done() {
        unfinished--;
        endWhenAllIsTaken();
      },
      giveUp: peer.close.bind(peer),
    };
    let current: Incoming | undefined;
    const add = (bytes: Uint8Array) => {
      if (!current) {
        current = receiver.begin(source);
        unfinished++;
      }
      if (bytes.length > 0) current.add(bytes);
    };
    const finish = () => {
      current?.finish();
      current = undefined;
    };
    return {
      data(bytes) {
        const whole = by === 'message' ? 0 : by === 'chunk' ? bytes.length : bytes.lastIndexOf(LF) + 1;
        if (whole > 0) {
          add(bytes.subarray(0, whole));
          finish();
        }
        if (whole < bytes.length) add(bytes.subarray(whole));
      },
      end() {
        // A last line is made whole, so that the next one, of another client, does not continue it.
        if (by === 'line' && current) add(Uint8Array.of(LF));
        if (by === 'message') add(new Uint8Array(0));
        finish();
        ended = true;
        endWhenAllIsTaken();
      },
      close() {
        current?.abort();
      },
    };
  };
}
