import type { Input } from '../core/index.js';
import { LineDecoder } from '../framing/index.js';
import { LineQueue } from './line-queue.js';

/** An input cut into lines: each chunk is one, without its newline. `max` is the longest, in bytes. */
export function lineInput(input: Input, max: number): Input {
  return new LineInput(input, max);
}

class LineInput implements Input {
  readonly #lines = new LineQueue();
  #open = true;
  #stopped = false;
  #ended: { error?: Error } | undefined;
  readonly #splitter: LineDecoder;
  #receive: (line: Uint8Array) => boolean = () => false;
  #done: (error?: Error) => void = () => {};

  constructor(
    readonly input: Input,
    max: number,
  ) {
    this.#splitter = new LineDecoder(max, (line) => this.#lines.add(new Uint8Array(line)));
  }

  read(receive: (line: Uint8Array) => boolean, done: (error?: Error) => void): void {
    this.#receive = receive;
    this.#done = done;
    this.input.read(
      (bytes) => this.#split(bytes),
      (error) => {
        if (!error && this.#splitter.held > 0) this.#lines.add(this.#splitter.takeRest());
        this.#end(error);
      },
    );
  }

  resume(): void {
    if (this.#open || this.#stopped) return;
    this.#open = true;
    this.#pump();
  }

  stop(): void {
    this.#stopped = true;
    this.#open = false;
    this.input.stop();
  }

  #split(bytes: Uint8Array): boolean {
    try {
      this.#splitter.push(bytes);
    } catch (error) {
      this.#end(error as Error);
      return false;
    }
    this.#pump();
    return this.#open || !this.#lines.full;
  }

  #end(error?: Error): void {
    this.#ended = error ? { error } : {};
    this.#pump();
  }

  #pump(): void {
    while (this.#open) {
      const line = this.#lines.take();
      if (!line) break;
      const more = this.#receive(line);
      this.#open = more && !this.#stopped;
    }
    if (this.#stopped) return;
    if (this.#open && this.#ended) this.#done(this.#ended.error);
    else if (this.#open) this.input.resume();
  }
}
