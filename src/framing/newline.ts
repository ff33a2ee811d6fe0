const LF = 10;

/** The bytes with a newline (LF) after them, in memory of their own. */
export function withNewline(bytes: Uint8Array): Uint8Array {
  return withByte(bytes, LF);
}

/** The bytes with one more after them, in memory of their own. */
export function withByte(bytes: Uint8Array, last: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  longer[bytes.length] = last;
  return longer;
}
