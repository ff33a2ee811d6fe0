import type { Service } from '../core/index.js';

/** How much {@link echo} holds of what its clients have not yet read back. */
export interface EchoOptions {
  /** Bytes held for one connection (default 16 MiB): beyond them it is not read from until it reads. */
  readonly buffer?: number;
  /** Bytes held for all connections together (default 256 MiB). Stops many that never read from taking all memory. */
  readonly memory?: number;
}

/**
 * Sends every byte back. A client may send `buffer` bytes before it begins to read; after that the server stops
 * reading until the client reads, so memory stays bounded whatever a client does. Ends when the client does,
 * after its last byte has gone back.
 */
export function echo({ buffer = 16 * 1024 * 1024, memory = 256 * 1024 * 1024 }: EchoOptions = {}): Service {
  let held = 0;
  return (peer) => {
    let counted = 0;
    const count = () => {
      held += peer.backlog - counted;
      counted = peer.backlog;
    };
    return {
      data(bytes) {
        if (peer.write(bytes)) return;
        count();
        if (counted >= buffer || held >= memory) peer.pause();
      },
      drain() {
        count();
        peer.resume();
      },
      close() {
        held -= counted;
      },
    };
  };
}
