import { writeSync } from 'node:fs';
import net from 'node:net';
import { Reusable } from '../core/index.js';

/**
 * The memory that all sockets of the process read into: a read, and the handler it is given to, are one synchronous step,
 * so no two connections use it at a time. It is lent, because a socket's next read goes where it was told to at
 * the end of the last one, also when another connection would rather have kept that memory meanwhile. Larger
 * reads were not faster over loopback, and spoil the cache.
 */
const readBuffer = new Reusable(64 * 1024, Buffer.allocUnsafe);

/**
 * The options of every socket, at both ends. Small writes leave at once instead of waiting for the acknowledgment of the
 * one before (TCP_NODELAY): a connection writes once per turn as it is. After 60 s of silence the system begins to ask
 * whether the peer still exists. Node takes these as options of a socket's constructor and of a server; `connect` ignores them.
 */
export const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };

/** Receives the bytes that a socket has read: false stops the reading, as `pause` does. */
export type OnRead = (bytes: Uint8Array) => boolean;

/** A `net.Socket` to dial with that reads into `memory`, or into the shared buffer (the `onread` option of Node). */
export function newDialSocket(onRead: OnRead, memory?: Reusable): net.Socket {
  // The types know `onread` only as an option of connect; the constructor has taken it since Node 12.10.
  return reading(onRead, { ...socketOptions, allowHalfOpen: true }, memory);
}

/**
 * Returns a socket like `accepted` that reads into the shared buffer. Node offers `onread` for sockets that
 * dial; for an accepted one there is no public way, so a second socket is made on the same handle, as
 * `net.Server` itself does. Where a Node has no such handle, the socket is used as it is.
 */
export function wrapAccepted(accepted: net.Socket, onRead: OnRead): net.Socket {
  const inner = accepted as unknown as { _handle: object | null };
  const handle = inner._handle;
  if (!handle) return listened(accepted, onRead);
  const socket = reading(onRead, { handle, allowHalfOpen: true, pauseOnCreate: true });
  inner._handle = null;
  return socket;
}

/**
 * True if a socket is connected to itself. Who dials a port of this machine that nobody listens on may be given that
 * very port for its own end, and then both ends open at once (RFC 9293, section 3.5): all that it says comes back.
 */
export function reachedItself({ localAddress, localPort, remoteAddress, remotePort }: net.Socket): boolean {
  return localPort !== undefined && localPort === remotePort && localAddress === remoteAddress;
}

/** The code of a write that the system has no room for at the moment. */
const noRoom = new Set(['EAGAIN', 'EWOULDBLOCK', 'ENOBUFS']);

/**
 * Writes to a socket that has nothing in flight, past its stream, and gives how many bytes the system took; where
 * it failed, the socket is destroyed for that. A small write costs half as much so.
 */
export function writeNow(socket: net.Socket, bytes: Uint8Array): number {
  // Asked each time: the number of a closed socket may soon be that of another. Windows has none.
  const fd = (socket as unknown as { _handle: { fd?: number } | null })._handle?.fd ?? -1;
  if (fd < 0) return 0;
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    // The system says once why a connection is lost, and to us: the stream's own write would be told something else.
    if (!noRoom.has((error as NodeJS.ErrnoException).code ?? '')) socket.destroy(error as Error);
    return 0;
  }
}

/**
 * A socket that takes an end for one only when the system has told it twice. Where a reset comes together with the last
 * bytes, libuv before 1.52 says that the peer has ended, without a read that would have told the truth
 * (github.com/libuv/libuv/pull/4997): a cut stream would pass for a whole one. The next read does tell.
 */
class RawSocket extends net.Socket {
  #told = false;

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk !== null || this.#told) return super.push(chunk, encoding);
    this.#told = true;
    // With `onread` these stop and start the reads themselves, also after an end.
    this.pause();
    this.resume();
    return false;
  }
}

function reading(onRead: OnRead, options: object, memory: Reusable = readBuffer): net.Socket {
  let next: Uint8Array | undefined;
  const giveBack = () => {
    if (next) memory.giveBack(next);
  };
  const onread = {
    buffer() {
      giveBack();
      next = memory.lend();
      return next;
    },
    callback: (size: number, buffer: Uint8Array): boolean => onRead(buffer.subarray(0, size)),
  };
  const socket = new RawSocket({ ...options, onread } as net.SocketConstructorOpts);
  return socket.once('close', giveBack);
}

function listened(socket: net.Socket, onRead: OnRead): net.Socket {
  return socket.on('data', (chunk: Buffer) => {
    if (!onRead(chunk)) socket.pause();
  });
}
