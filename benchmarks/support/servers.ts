import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, freePort, installed, start, stop, untilListening } from './children.js';
import { type Load, underLoad } from './load.js';
import { hold, type Placement } from './placement.js';
import { type Contender, interleaved, type Measured, median } from './rounds.js';

/** A server that answers each message, given the port that it is to listen on. */
export interface LoadedServer {
  readonly name: string;
  readonly program: string;
  readonly command: (port: string) => Command;
}

/** Servers that stay up while they are measured in turn; the first of them is ours. */
export class Servers {
  readonly #running = new Map<string, { child: ReturnType<typeof start>; port: number }>();

  constructor(readonly servers: readonly LoadedServer[]) {}

  /** Starts those that are installed. */
  async start(): Promise<void> {
    for (const { name, command } of this.servers.filter(({ program }) => installed(program))) {
      const port = await freePort();
      this.#running.set(name, { child: start(command(String(port))), port });
      await untilListening(port);
    }
  }

  /** Puts each under the load in turn. Gives replies a second, and how busy the generator was with ours. */
  async compare(
    rounds: number,
    load: Omit<Load, 'port'>,
    placement?: Placement,
  ): Promise<{ measured: Measured[]; busy: number }> {
    const busy: number[] = [];
    const contenders = this.servers.map(({ name, program }, at): Contender => {
      const measure = async () => {
        const { child, port } = this.#running.get(name) as { child: ReturnType<typeof start>; port: number };
        if (placement) hold(child.pid as number, placement.server);
        const result = await underLoad({ ...load, port }, placement?.generator);
        if (placement) hold(child.pid as number);
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
    await Promise.all([...this.#running.values()].map(({ child }) => stop(child)));
  }
}
