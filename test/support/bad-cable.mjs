/**
 * A proxy that is a bad cable, for kernels that have no netem: `node bad-cable.mjs SEED HOST PORT`. It prints the
 * port that it listens on. What comes is cut anew (and put together by Nagle's algorithm), and each piece arrives
 * 20 ms later, and up to 10 ms more. TCP hides a lost packet as a pause until it has been sent again: a few pieces take 200 ms more, and
 * all that follows them waits.
 */
import net from 'node:net';

const delayMs = 20;
const jitterMs = 10;
const resendMs = 200;
const lost = 0.02;
/** Bytes of a piece: a packet at least, where there are so many. */
const smallestPiece = 1448;
const largestPiece = 24 * 1024;
/** Bytes on their way in one direction before the sender has to wait. */
const window = 512 * 1024;

const [seed, host, port] = process.argv.slice(2);
const random = generator(Number(seed));
const server = net.createServer({ allowHalfOpen: true }, (near) => {
  const far = net.connect({ host, port: Number(port), allowHalfOpen: true });
  carry(near, far);
  carry(far, near);
});
server.listen(0, () => console.log(server.address().port));

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function generator(start) {
  let state = start | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function carry(from, to) {
  const pieces = [];
  let due = 0;
  let underway = 0;
  const deliver = (bytes, run) => {
    const stall = random() < lost ? resendMs : 0;
    due = Math.max(due, performance.now() + delayMs + random() * jitterMs) + stall;
    underway += bytes;
    pieces.push({ bytes, run });
    // Timers that are due at nearly the same time may change places: each delivers the oldest piece.
    setTimeout(deliverOldest, due - performance.now());
  };
  const deliverOldest = () => {
    const { bytes, run } = pieces.shift();
    underway -= bytes;
    run();
    if (underway < window && to.writableLength < window) from.resume();
  };
  from.on('data', (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + smallestPiece + Math.floor(random() * largestPiece));
      at += piece.length;
      deliver(piece.length, () => to.write(piece));
    }
    if (underway > window || to.writableLength > window) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => deliver(0, () => to.end()));
  from.on('error', () => to.resetAndDestroy());
}
