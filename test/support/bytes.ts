/** The bytes of a text, in UTF-8. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** One character a byte, so that a failing test shows bytes that can be read. */
export function latin1(chunk: Uint8Array): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
}

/** Bytes that do not repeat within any size that a test sends, so that a chunk out of place shows. */
export function noise(size: number, seed = 1): Buffer {
  const filled = Buffer.allocUnsafeSlow(size + (-size & 3));
  let state = (seed * 0x9e3779b9) | 1;
  for (let at = 0; at < filled.length; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    filled.writeInt32LE(state | 0, at);
  }
  return filled.subarray(0, size);
}
