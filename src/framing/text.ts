import { bytesOf, type Codec, type Decoder, retain, type Sendable } from '../core/index.js';
import { defaultMaxMessage, tooLong } from './accumulator.js';
import { LineDecoder } from './line-decoder.js';
import { Patience } from './patience.js';

/** A message of {@link text} framing: its bytes, and how it ended, so that a reply can end in the same way. */
export interface TextMessage {
  readonly bytes: Uint8Array;
  /** The ending that followed the bytes: `''` where the sender paused or ended its stream in mid-line. */
  readonly end: '\n' | '\r\n' | '';
}

/** A message that {@link text} framing sends: a message whose bytes may be a string. */
export interface TextAnswer {
  readonly bytes: Sendable;
  readonly end: TextMessage['end'];
}

/** How {@link text} cuts. Times are in milliseconds. */
export interface TextOptions {
  /** The longest message in bytes (default 16 MiB). */
  readonly max?: number;
  /** The silence in mid-line after which what has come is a message (default 50). */
  readonly pauseMs?: number;
  /** That silence for a sender that has ended a line before (default 5,000): see {@link conversation}. */
  readonly afterLinesMs?: number;
  /** The shortest silence, for a sender that waits for an answer in mid-line again and again (default 5). */
  readonly leastPauseMs?: number;
  /** Called for a message of over `max` bytes, which is then dropped whole, instead of failing as `too-long`. */
  readonly onTooLong?: () => void;
}

/** Options of {@link text} where people talk: once a sender has ended a line, no pause ends a message of its. */
export const conversation = { afterLinesMs: Number.POSITIVE_INFINITY } as const satisfies TextOptions;

/**
 * Lines, for people and plain clients: a message ends at LF (a CR before it is accepted), at the end of the
 * stream, or at a pause in mid-line, so that a client that sends no newline is answered all the same. The padding of
 * clients that send whole buffers is dropped: NULs after an LF, and those before a pause or the end of the stream.
 */
export function text({
  max = defaultMaxMessage,
  onTooLong,
  ...pauses
}: TextOptions = {}): Codec<TextMessage, TextAnswer> {
  const patience = { pauseMs: 50, afterLinesMs: 5_000, leastPauseMs: 5, ...pauses };
  return {
    name: 'text',
    decoder: (emit) => new TextDecoding(emit, max, onTooLong, new Patience(patience)),
    encode: encodeText,
    retain: (message) => ({ bytes: retain(message.bytes), end: message.end }),
  };
}

class TextDecoding implements Decoder {
  readonly #lines: LineDecoder;
  /** A line has ended: NULs before the next byte are padding. */
  #afterLine = false;

  constructor(
    readonly emit: (message: TextMessage) => unknown,
    readonly max: number,
    readonly onTooLong: (() => void) | undefined,
    readonly patience: Patience,
  ) {
    this.#lines = new LineDecoder(max + 1, (line) => this.#line(line), max, onTooLong);
  }

  get held(): number {
    return this.#lines.held;
  }

  get pauseMs(): number {
    return this.patience.msFor(this.held);
  }

  push(chunk: Uint8Array): number {
    const padding = this.#afterLine && this.held === 0 ? nulsAtStart(chunk) : 0;
    return padding + this.#lines.push(padding > 0 ? chunk.subarray(padding) : chunk);
  }

  end(): void {
    this.#emitRest();
  }

  pause(): void {
    this.patience.sawPause();
    this.#emitRest();
  }

  #line(line: Uint8Array): unknown {
    const padded = this.#afterLine && line[0] === 0;
    if (!this.#afterLine) {
      this.#afterLine = true;
      this.patience.sawLine();
    }
    return this.#take(withoutCr(padded ? line.subarray(nulsAtStart(line)) : line));
  }

  #emitRest(): void {
    if (this.held === 0) return;
    const rest = this.#lines.takeRest();
    const bytes = withoutNulsAtEnd(this.#afterLine ? rest.subarray(nulsAtStart(rest)) : rest);
    if (bytes.length > 0) this.#take({ bytes, end: '' });
  }

  /** The CR of a line's end is not part of the message, and so not of its length. */
  #take(message: TextMessage): unknown {
    if (message.bytes.length <= this.max) return this.emit(message);
    if (!this.onTooLong) throw tooLong(this.max);
    return this.onTooLong();
  }
}

function nulsAtStart(bytes: Uint8Array): number {
  let count = 0;
  while (count < bytes.length && bytes[count] === 0) count++;
  return count;
}

function withoutNulsAtEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end === bytes.length ? bytes : bytes.subarray(0, end);
}

function withoutCr(line: Uint8Array): TextMessage {
  if (line.length > 0 && line[line.length - 1] === 13) return { bytes: line.subarray(0, -1), end: '\r\n' };
  return { bytes: line, end: '\n' };
}

function encodeText({ bytes: sent, end }: TextAnswer): Uint8Array {
  const bytes = bytesOf(sent);
  const encoded = new Uint8Array(bytes.length + end.length);
  encoded.set(bytes);
  for (let i = 0; i < end.length; i++) encoded[bytes.length + i] = end.charCodeAt(i);
  return encoded;
}
