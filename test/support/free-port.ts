import { once } from 'node:events';
import net from 'node:net';

/** Ports that no system gives to who asks for any: nobody takes one between our look at it and its use. */
let nextPort = 20_000 + (process.pid % 1000) * 10;

/** A port that is free, and stays so: for programs that take no port 0, and for servers that come back to theirs. */
export async function freePort(): Promise<number> {
  const probe = net.createServer();
  for (;;) {
    const port = nextPort++;
    try {
      probe.listen(port, '127.0.0.1');
      await once(probe, 'listening');
      probe.close();
      await once(probe, 'close');
      return port;
    } catch {
      // Somebody has it: the next one.
    }
  }
}
