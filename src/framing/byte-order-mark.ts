/** Returns a line without the byte-order mark that editors on Windows write before text: it is no part of a name, a label or JSON. */
export function withoutMark(line: Uint8Array): Uint8Array {
  return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line;
}
