let last = 0;

/** Returns a number that no other connection of this process has had. */
export function nextId(): number {
  return ++last;
}
