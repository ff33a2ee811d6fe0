import net from 'node:net';
import { onTestFinished } from 'vitest';

/** Connects to a server that accepts nobody, until the system's queue is full and one more connection gets no answer. */
export async function queueFull(port: number): Promise<void> {
  for (let answered = true; answered; ) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    answered = await new Promise<boolean>((resolve) => {
      const silence = setTimeout(() => resolve(false), 500);
      socket.once('connect', () => {
        clearTimeout(silence);
        resolve(true);
      });
    });
  }
}
