import type { Input } from '../core/index.js';
import { LineDecoder } from '../framing/index.js';

/** Bytes of lines that wait for their reader before the input is read no further. */
const waitingBytes = 1024 * 1024;

/** An input cut into lines: each chunk is one, without its newline. `max` is the longest, in bytes. */
export function lineInput(input: Input, max: number): Input {
  return new LineInput(input, max);
}

class LineInput implements Input {
  readonly #lines: Uint8Array[] = [];
  #waiting = 0;
  #open = true;
  #ended: { error?: Error } | undefined;
  readonly #splitter: LineDecoder;
  #receive: (line: Uint8Array) => boolean = () => false;
  #done: (error?: Error) => void = () => {};

  constructor(
    readonly input: Input,
    max: number,
  ) {
    this.#splitter = new LineDecoder(max, (line) => this.#add(new Uint8Array(line)));
  }

  read(receive: (line: Uint8Array) => boolean, done: (error?: Error) => void): void {
    this.#receive = receive;
    this.#done = done;
    this.input.read(
      (bytes) => this.#split(bytes),
      (error) => {
        if (!error && this.#splitter.held > 0) this.#add(this.#splitter.takeRest());
        this.#end(error);
      },
    );
  }

  resume(): void {
    if (this.#open) return;
    this.#open = true;
    this.#pump();
  }

  stop(): void {
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
    return this.#open || this.#waiting < waitingBytes;
  }

  #add(line: Uint8Array): void {
    this.#lines.push(line);
    this.#waiting += line.length;
  }

  #end(error?: Error): void {
    this.#ended = error ? { error } : {};
    this.#pump();
  }

  #pump(): void {
    while (this.#open && this.#lines.length > 0) {
      const line = this.#lines.shift() as Uint8Array;
      this.#waiting -= line.length;
      this.#open = this.#receive(line);
    }
    if (this.#open && this.#ended) this.#done(this.#ended.error);
    else if (this.#open) this.input.resume();
  }
}
