import { Budget, type Clock, type Service } from '../../core/index.js';

/** Nobody says when the last of a backlog has been taken, so that so many bytes of it are not counted. */
const uncounted = 32 * 1024;

/** Bytes that {@link echo} holds for one connection where the caller does not say. */
export const defaultBuffer = 16 * 1024 * 1024;

/** Options of {@link echo}: how much it holds of what its clients have not yet read back. */
export interface EchoOptions {
  /** Bytes held for one connection (default 16 MiB): beyond them it is not read from until it reads. */
  readonly buffer?: number;
  /**
   * Bytes held for all connections together (default 256 MiB). Near this limit, the client that holds most and has not
   * moved for a second is closed as `slow`. It keeps many that never read from taking all memory.
   */
  readonly memory?: number;
  /** Measures that second (default: the clock of the process). */
  readonly clock?: Clock;
}

/**
 * Sends every byte back. A client may send `buffer` bytes before it begins to read; after that the server stops
 * reading until the client reads, so memory stays bounded whatever a client does. Ends when the client does,
 * after its last byte has gone back.
 */
export function echo({ buffer = defaultBuffer, memory = 256 * 1024 * 1024, clock }: EchoOptions = {}): Service {
  const budget = new Budget(memory, clock);
  return (peer) => {
    let received = 0;
    // Its sending counts as well as its reading: until it has sent everything, it may have no reason to read.
    const share = budget.share(peer, { moved: () => 2 * received - peer.backlog, onRoom: () => settle() });
    const settle = () => {
      share.set(peer.backlog > uncounted ? peer.backlog : 0);
      if (peer.backlog >= buffer || !share.fits()) peer.pause();
      else if (peer.paused) peer.resume();
    };
    return {
      data(bytes) {
        received += bytes.length;
        if (!peer.write(bytes)) settle();
      },
      drain: settle,
      close: () => share.leave(),
    };
  };
}
