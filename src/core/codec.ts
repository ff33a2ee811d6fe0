import type { Answering } from './bytes.js';

/**
 * The reading half of a codec: takes bytes as they come and emits whole messages. It keeps what is incomplete,
 * never more than its maximum, and never scans a byte twice.
 */
export interface Decoder {
  /**
   * Takes the next bytes. Emitted messages may be views of `chunk`: they are valid until the emit returns.
   * Throws a `WirelineError` of code `too-long` or `protocol`; nothing may be pushed after that.
   *
   * Where an emit returns `false`, a decoder that can stops after that message, and returns how many bytes of the
   * chunk it has taken; the rest is pushed again later. One that returns nothing has taken the whole chunk.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a decoder that cannot stop returns nothing.
  push(chunk: Uint8Array): number | void;
  /**
   * The stream has ended: emits what a codec takes as a last message, and throws `truncated` where it ended in
   * mid-message.
   */
  end(): void;
  /** Present where a pause of the sender ends a message: emits what is held, if anything. */
  pause?(): void;
  /** Milliseconds of silence after which `pause` is called while a message is held; absent, or infinite, where it never is. */
  readonly pauseMs?: number;
  /** Bytes held of a message that is not yet complete. */
  readonly held: number;
}

/**
 * A framing: how a stream of bytes is cut into messages of type `In`, and how messages of type `Out` become bytes.
 * The two are one type unless each end of a protocol sends messages of its own. For every way of splitting the
 * bytes of `encode(m1) encode(m2) ...` into chunks, the decoder of the other end emits exactly `m1 m2 ...`.
 */
export interface Codec<In, Out = Answering<In>> {
  /** The name on the command line. */
  readonly name: string;
  /** A new decoder, for one connection. `emit` returns `false` to ask it to stop after this message. */
  decoder(emit: (message: In) => unknown): Decoder;
  /** The bytes that carry `message`. Pure. Throws a `WirelineError` for what the framing cannot carry. */
  encode(message: Out): Uint8Array;
  /** The same message in memory that stays as it is: see {@link Handler.data}. */
  retain(message: In): In;
}
