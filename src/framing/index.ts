/** Framings cut a stream of bytes into messages: one codec per file, and `framed`, which puts a codec before a service. */

export { defaultMaxMessage } from './accumulator.js';
export { withoutMark } from './byte-order-mark.js';
export { type FramedOptions, framed } from './framed.js';
export { type JsonLinesOptions, type JsonObject, jsonLines } from './json-lines.js';
export { type LengthOptions, length } from './length.js';
export type { LengthHeader } from './length-header.js';
export { LineDecoder } from './line-decoder.js';
export { lines } from './lines.js';
export { netstring } from './netstring.js';
export { withByte, withNewline } from './newline.js';
export { raw } from './raw.js';
export { type TelnetOptions, telnet } from './telnet.js';
export { conversation, type TextAnswer, type TextMessage, type TextOptions, text } from './text.js';
export { VerifiedReader, VerifiedWriter } from './verified.js';
export { withEnds } from './with-ends.js';
