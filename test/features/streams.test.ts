import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Address, Input, Output } from '../../src/core/index.js';
import { connect } from '../../src/features/connect/client.js';
import { send } from '../../src/features/stream/client.js';
import { rejection } from '../support/code-of.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const nowhere: Output = { write: () => true, whenDrained: (run) => run() };
const pieceSize = 60 * 1024;
let servers = 0;

/** A server that has ended its side before it has read anything. */
async function endingServer(onSocket: (socket: net.Socket) => void = () => {}): Promise<Address> {
  const path = join(folder, `socket-${++servers}`);
  const listener = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    onSocket(socket);
    socket.end();
  });
  await once(listener.listen(path), 'listening');
  onTestFinished(() => void listener.close());
  return { path };
}

/** Gives pieces in one step, up to `most` of them, as long as they are wanted, and then its end. */
class Pieces implements Input {
  given = 0;
  readonly full: Promise<void>;
  #isFull!: () => void;

  constructor(readonly most = Number.POSITIVE_INFINITY) {
    this.full = new Promise((resolve) => {
      this.#isFull = resolve;
    });
  }

  read(receive: (bytes: Uint8Array) => boolean, done: () => void): void {
    while (this.given < this.most) {
      this.given++;
      if (!receive(Buffer.alloc(pieceSize))) return this.#isFull();
    }
    done();
  }

  resume(): void {}
  stop(): void {}
}

/** Gives a piece each turn, as a file does, and pauses where it is told to. */
class File implements Input {
  #turn = () => {};

  constructor(readonly pieces: number) {}

  read(receive: (bytes: Uint8Array) => boolean, done: () => void): void {
    let left = this.pieces;
    this.#turn = () => {
      if (left-- === 0) done();
      else if (receive(Buffer.alloc(pieceSize))) this.resume();
    };
    this.resume();
  }

  resume(): void {
    setImmediate(this.#turn);
  }

  stop(): void {
    this.#turn = () => {};
  }
}

const silent: Input = { read() {}, resume() {}, stop() {} };

test('send takes no end for a receipt while the system has still to take the last bytes', async () => {
  const address = await endingServer();
  const tooMuch = new Pieces();
  void send(tooMuch, address).catch(() => {});
  await tooMuch.full;
  // The piece before the last one was taken in part, and the system's memory for a Unix socket is what it was.
  expect(await rejection(send(new Pieces(tooMuch.given - 1), address))).toMatchObject({
    code: 'reset',
    message: expect.stringMatching(/closed before the end of the input$/),
  });
});

describe('connect, where the server ends first', () => {
  test('sends what its input still gives', async () => {
    let size = 0;
    let whole = false;
    const address = await endingServer((socket) => {
      socket.on('data', (chunk) => {
        size += chunk.length;
      });
      socket.on('end', () => {
        whole = true;
      });
      socket.resume();
    });
    await connect(new File(100), nowhere, address);
    await expect.poll(() => [size, whole]).toEqual([100 * pieceSize, true]);
  });

  test('fails where it is gone before it has taken that', async () => {
    const address = await endingServer((socket) => {
      socket.once('data', () => socket.destroy());
      socket.resume();
    });
    expect((await rejection(connect(new File(100), nowhere, address))).code).toBe('reset');
  });

  test('does not wait for an input that is silent', async () => {
    await connect(silent, nowhere, await endingServer());
  });
});
