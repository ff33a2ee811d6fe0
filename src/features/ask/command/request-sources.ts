import { LineQueue } from '../../../cli/line-queue.js';
import { verbosity } from '../../../cli/process.js';
import { standardInput } from '../../../cli/stdio.js';
import { typedLines } from '../../../cli/terminal.js';
import type { Input, Output } from '../../../core/index.js';
import { LineDecoder } from '../../../framing/index.js';
import type { RequestSource } from '../client.js';

const prompt = "Enter a message to send to the server (or 'exit' to quit): ";
const encoder = new TextEncoder();

/** The numbers of a range, one a message. */
export function fromRange({ from, to }: { from: number; to: number }): RequestSource {
  let number = from;
  return { next: (take) => take(number <= to ? encoder.encode(String(number++)) : undefined) };
}

/** The given messages. */
export function fromArgs(messages: readonly Uint8Array[]): RequestSource {
  const left = [...messages];
  return { next: (take) => take(left.shift()) };
}

/** All bytes of an input as one message. */
export function fromFile(input: Input): RequestSource {
  let asked = false;
  return {
    next(take) {
      if (asked) return take(undefined);
      asked = true;
      const chunks: Uint8Array[] = [];
      input.read(
        (bytes) => chunks.push(Buffer.from(bytes)) > 0,
        (error) => (error ? take(undefined, error) : take(Buffer.concat(chunks))),
      );
    },
    stop: () => input.stop(),
  };
}

/** Lines that are typed at a prompt, until `exit` or the end of input. */
export function fromPrompt(): RequestSource {
  const typed = typedLines(verbosity() < 0 ? '' : prompt);
  return {
    next(take) {
      typed.next((line) => take(line === undefined || line === 'exit' ? undefined : encoder.encode(line)));
    },
    stop: () => typed.close(),
  };
}

/** Writes the prompt before each message, as a program that asks a person does also where its input is piped. */
export function withPrompt(questions: RequestSource, output: Output): RequestSource {
  return {
    next(take) {
      output.write(encoder.encode(prompt));
      questions.next(take);
    },
    stop: () => questions.stop?.(),
  };
}

/** Lines piped to stdin, until a line `exit` or the end of input. `max` is the longest, in bytes. */
export function fromLines(max: number): RequestSource {
  return new PipedLines(max);
}

class PipedLines implements RequestSource {
  readonly #input = standardInput();
  readonly #lines = new LineQueue();
  #ended = false;
  #failure?: Error | undefined;
  #waiting: Parameters<RequestSource['next']>[0] | undefined;

  constructor(max: number) {
    const splitter = new LineDecoder(max, (line) => this.#add(new Uint8Array(line)));
    this.#input.read(
      (bytes) => {
        try {
          splitter.push(bytes);
        } catch (error) {
          this.#end(error as Error);
        }
        return !this.#ended && !this.#lines.full;
      },
      (error) => {
        if (!error && splitter.held > 0) this.#add(splitter.takeRest());
        this.#end(error);
      },
    );
  }

  next(take: Parameters<RequestSource['next']>[0]): void {
    const line = this.#lines.take();
    if (line) {
      if (!this.#lines.full) this.#input.resume();
      take(line);
    } else if (this.#ended) take(undefined, this.#failure);
    else this.#waiting = take;
  }

  stop(): void {
    this.#input.stop();
  }

  #add(line: Uint8Array): void {
    if (this.#ended) return;
    if (isExit(line)) return this.#end();
    const take = this.#waiting;
    this.#waiting = undefined;
    if (take) return take(line);
    this.#lines.add(line);
  }

  #end(failure?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    const take = this.#waiting;
    this.#waiting = undefined;
    take?.(undefined, failure);
  }
}

function isExit(line: Uint8Array): boolean {
  return line.length <= 5 && /^exit\r?$/.test(Buffer.from(line).toString('latin1'));
}
