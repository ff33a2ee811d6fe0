import type { Codec } from '../core/index.js';
import type { TextAnswer, TextMessage } from './text.js';

/** A framing of bytes as one of {@link TextMessage}s, so that one service serves both: their `end` is always ''. */
export function withEnds(codec: Codec<Uint8Array>): Codec<TextMessage, TextAnswer> {
  return {
    name: codec.name,
    decoder: (emit) => codec.decoder((bytes) => emit({ bytes, end: '' })),
    encode: (message) => codec.encode(message.bytes),
    retain: (message) => ({ bytes: codec.retain(message.bytes), end: '' }),
  };
}
