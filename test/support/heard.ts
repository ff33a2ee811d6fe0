import net from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from './cli.js';

/** A plain client of a server here, or one that a server of a test has accepted, and what it has heard so far. */
export class HeardSocket {
  text = '';
  /** Set when the other side has ended, or cut the connection: then the code of the error. */
  over: string | undefined;

  constructor(readonly socket: net.Socket) {
    socket.setEncoding('utf8').on('data', (words) => (this.text += words));
    socket
      .on('end', () => (this.over ??= 'end'))
      .on('error', (error: NodeJS.ErrnoException) => (this.over ??= error.code));
    onTestFinished(() => void socket.destroy());
  }

  /** Waits until it has heard what `pattern` matches. */
  async hears(pattern: RegExp): Promise<RegExpExecArray> {
    await until(() => pattern.test(this.text), `${pattern} in ${JSON.stringify(this.text.slice(0, 2000))}`);
    return pattern.exec(this.text) as RegExpExecArray;
  }

  /** Waits until the other side is done with it, and tells in which way: `end`, or the code of an error. */
  async ends(): Promise<string> {
    await until(() => this.over !== undefined, `its end, after ${JSON.stringify(this.text.slice(0, 2000))}`);
    return this.over as string;
  }
}

/** Connects to `port` here, and says `words`. */
export function client(port: string | number, words: string | Uint8Array = ''): HeardSocket {
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  if (words.length > 0) socket.write(words);
  return new HeardSocket(socket);
}

/** A server of a test's own, which does with each client what `serve` says. Gives its port. */
export async function listener(serve: (client: HeardSocket) => void): Promise<string> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => serve(new HeardSocket(socket)));
  // Those that it has accepted are ended before: it is asked last.
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return String((server.address() as net.AddressInfo).port);
}
