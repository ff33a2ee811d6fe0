/** Backlog in bytes at which `write` returns false (the high-water mark of netty's default). */
export const highWater = 64 * 1024;
/** Backlog in bytes at which `drain` follows a `write` that returned false. */
export const lowWater = 32 * 1024;
