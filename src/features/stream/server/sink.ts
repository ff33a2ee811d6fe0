import type {
  Closed,
  Connection,
  Handler,
  MessageWriter,
  Reason,
  Receiver,
  Service,
  Source,
} from '../../../core/index.js';

/** The unit that {@link sink} takes as one message: all that a connection sends, each line of it, or each chunk as it comes. */
export type SinkUnit = 'message' | 'line' | 'chunk';

/** Options of {@link sink}. */
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
  return (peer) => new Sender(peer, receiver, by);
}

/** One client of the sink, who is also the source of its messages. */
class Sender implements Handler, Source {
  readonly remote: string;
  #current: MessageWriter | undefined;
  /** Messages that the receiver does not have whole. */
  #unfinished = 0;
  #ended = false;

  constructor(
    readonly peer: Connection,
    readonly receiver: Receiver,
    readonly by: SinkUnit,
  ) {
    this.remote = peer.remote;
  }

  data(bytes: Uint8Array): void {
    const whole = this.#wholeOf(bytes);
    if (whole > 0) {
      this.#add(bytes.subarray(0, whole));
      this.#finish();
    }
    if (whole < bytes.length) this.#add(bytes.subarray(whole));
  }

  end(): void {
    // A last line is made whole, so that the next one, of another client, does not continue it.
    if (this.by === 'line' && this.#current) this.#add(Uint8Array.of(LF));
    if (this.by === 'message') this.#add(new Uint8Array(0));
    this.#finish();
    this.#ended = true;
    this.#endWhenAllIsTaken();
  }

  /** A message that is whole, or a part of what was said by then, is still written, and the client gets its receipt. */
  stopping(): void {
    if (!this.#ended) this.peer.close('shutdown');
  }

  close(_why: Closed): void {
    this.#current?.abort();
  }

  pause(): void {
    this.peer.pause();
  }

  resume(): void {
    this.peer.resume();
  }

  done(): void {
    this.#unfinished--;
    this.#endWhenAllIsTaken();
  }

  abort(reason: Reason, error?: Error): void {
    this.peer.close(reason, error);
  }

  /** The bytes of a chunk up to which a message is whole. */
  #wholeOf(bytes: Uint8Array): number {
    if (this.by === 'message') return 0;
    return this.by === 'chunk' ? bytes.length : bytes.lastIndexOf(LF) + 1;
  }

  #add(bytes: Uint8Array): void {
    if (!this.#current) {
      this.#current = this.receiver.begin(this);
      this.#unfinished++;
    }
    if (bytes.length > 0) this.#current.add(bytes);
  }

  #finish(): void {
    this.#current?.finish();
    this.#current = undefined;
  }

  #endWhenAllIsTaken(): void {
    if (this.#ended && this.#unfinished === 0) this.peer.end();
  }
}
