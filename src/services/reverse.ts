const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Whether a text may have a cluster of several code points. Says yes too often, and never no wrongly. */
const joining =
  /[\p{M}\p{Cf}\p{Emoji_Modifier}\p{RI}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u0d4e\u{11000}-\u{11fff}\r]/u;
/** Where a text can always be cut in two: between Latin letters, digits or spaces. */
const seam = /[a-z0-9 ](?=[a-z0-9 ])/gi;
/** Code units of a piece, at least: cutting up a message keeps the segmenter from what needs it not. */
const pieceSize = 4096;

/**
 * Reverses the characters that people see (grapheme clusters, UAX #29), so that accents stay on their letters
 * and families together. Invalid UTF-8 is taken as U+FFFD. Takes time in proportion to the length.
 */
export function reverse(message: Uint8Array): Uint8Array {
  // In ASCII each byte is a character, but for CR LF, which is one.
  if (!message.includes(13) && message.every((byte) => byte < 128)) return new Uint8Array(message).reverse();
  const text = decoder.decode(message);
  const reversed: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = nextSeam(text, from + pieceSize);
    reversed.push(reversePiece(text.slice(from, to)));
    from = to;
  }
  return encoder.encode(reversed.reverse().join(''));
}

function nextSeam(text: string, from: number): number {
  seam.lastIndex = from;
  return from < text.length && seam.test(text) ? seam.lastIndex : text.length;
}

function reversePiece(text: string): string {
  if (!joining.test(text)) return Array.from(text).reverse().join('');
  const clusters = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text);
  return Array.from(clusters, ({ segment }) => segment)
    .reverse()
    .join('');
}
