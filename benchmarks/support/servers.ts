import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, freePort, installed, start, stop, untilListening } from './children.js';
import { type Load, underLoad } from './load.js';
import { type Contender, interleaved, type Measured, median } from './rounds.js';

/** A server that answers each message, given the port that it is to listen on. */
export interface LoadedServer {
  readonly name: string;
  readonly program: string;
  readonly command: (port: string) => Command;
}

/** Servers that stay up while they are measured in turn; the first of them is ours. */
export class Servers {
  readonly #children: ReturnType<typeof start>[] = [];
  readonly #ports = new Map<string, number>();

  constructor(readonly servers: readonly LoadedServer[]) {}

  /** Starts those that are installed. */
  async start(): Promise<void> {
    for (const { name, command } of this.servers.filter(({ program }) => installed(program))) {
      const port = await freePort();
      this.#children.push(start(command(String(port))));
      await untilListening(port);
      this.#ports.set(name, port);
    }
  }

  /** Puts each under the load in turn. Gives replies a second, and how busy the generator was with ours. */
  async compare(rounds: number, load: Omit<Load, 'port'>): Promise<{ measured: Measured[]; busy: number }> {
    const busy: number[] = [];
    const contenders = this.servers.map(({ name, program }, at): Contender => {
      const measure = async () => {
        const result = await underLoad({ ...load, port: this.#ports.get(name) as number });
        if (at === 0) busy.push(result.busy);
        // The processes that a peer had for the connections just closed are to be gone.
        await sleep(300);
        return result.rate;
      };
      return { name, needs: [program], measure };
    });
    return { measured: await interleaved(contenders, rounds), busy: median(busy) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map(stop));
  }
}
