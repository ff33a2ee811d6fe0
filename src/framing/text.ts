import { bytesOf, type Codec, keep, type Sendable } from '../core/index.js';
import { defaultMaxMessage, tooLong } from './accumulator.js';
import { LineDecoder } from './line-decoder.js';

/** A message of {@link text} framing: its bytes, and how it ended, so that a reply can end in the same way. */
export interface TextMessage {
  readonly bytes: Uint8Array;
  /** What followed the bytes: `''` where the sender paused or ended its stream in mid-line. */
  readonly end: '\n' | '\r\n' | '';
}

/** What {@link text} framing sends: a message whose bytes may be a string. */
export interface TextAnswer {
  readonly bytes: Sendable;
  readonly end: TextMessage['end'];
}

/** How {@link text} cuts. */
export interface TextOptions {
  /** The longest message in bytes (default 16 MiB). */
  readonly max?: number;
  /** Milliseconds of silence in mid-line after which what has come is a message (default 50). */
  readonly pauseMs?: number;
  /** Called for a message of over `max` bytes, which is then dropped whole, instead of failing as `too-long`. */
  readonly onTooLong?: () => void;
}

/**
 * Lines, for people and plain clients: a message ends at LF (a CR before it is accepted), at the end of the
 * stream, or at a pause in mid-line, so that a client that sends no newline is answered all the same.
 */
export function text({
  max = defaultMaxMessage,
  pauseMs = 50,
  onTooLong,
}: TextOptions = {}): Codec<TextMessage, TextAnswer> {
  return {
    name: 'text',
    pauseMs,
    decoder(emit) {
      // The CR of a line's end is not part of the message, and so not of its length.
      const take = (message: TextMessage): unknown => {
        if (message.bytes.length <= max) return emit(message);
        if (!onTooLong) throw tooLong(max);
        return onTooLong();
      };
      const lines = new LineDecoder(max + 1, (line) => take(withoutCr(line)), max, onTooLong);
      const emitRest = () => {
        if (lines.held > 0) take({ bytes: lines.takeRest(), end: '' });
      };
      return {
        push: (chunk) => lines.push(chunk),
        end: emitRest,
        pause: emitRest,
        get held() {
          return lines.held;
        },
      };
    },
    encode: encodeText,
    keep: (message) => ({ bytes: keep(message.bytes), end: message.end }),
  };
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
