const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** True if a text may have a cluster of several code points. Says yes too often, and never no wrongly. */
const joining =
  /[\p{M}\p{Cf}\p{Emoji_Modifier}\p{RI}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u0d4e\u{11000}-\u{11fff}\r]/u;
/** Code units that are looked at together: the segmenter takes time in proportion to the square of their number. */
const windowSize = 512;

/**
 * Reverses the characters that people see (grapheme clusters, UAX #29), so that accents stay on their letters
 * and families together. Invalid UTF-8 is taken as U+FFFD. Takes time in proportion to the length.
 */
export function reverse(message: Uint8Array): Uint8Array {
  // In ASCII each byte is a character, but for CR LF, which is one.
  if (!message.includes(13) && message.every((byte) => byte < 128)) return new Uint8Array(message).reverse();
  const text = decoder.decode(message);
  return encoder.encode(joining.test(text) ? reversedClusters(text) : Array.from(text).reverse().join(''));
}

/** Cuts the text at the ends of clusters: the last one of each window may go on, and begins the next window. */
function reversedClusters(text: string): string {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const clusters: string[] = [];
  let size = windowSize;
  for (let from = 0; from < text.length; ) {
    const found = Array.from(segmenter.segment(text.slice(from, from + size)), ({ segment }) => segment);
    if (from + size < text.length) found.pop();
    for (const cluster of found) from += cluster.length;
    clusters.push(...found);
    // A cluster that is longer than the window needs a longer one.
    size = found.length === 0 ? size * 2 : windowSize;
  }
  return clusters.reverse().join('');
}
