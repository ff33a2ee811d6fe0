import type { Input } from '../core/index.js';
import { LineDecoder } from '../framing/index.js';

/** Bytes of lines that wait for their reader before the input is read no further. */
const waitingBytes = 1024 * 1024;

/** An input cut into lines: each chunk is one, without its newline. `max` is the longest, in bytes. */
export function lineInput(input: Input, max: number): Input {
  const lines: Uint8Array[] = [];
  let waiting = 0;
  let open = true;
  let ended: { error?: Error } | undefined;
  let receive: (line: Uint8Array) => boolean = () => false;
  let done: (error?: Error) => void = () => {};
  const splitter = new LineDecoder(max, (line) => {
    lines.push(new Uint8Array(line));
    waiting += line.length;
  });
  const pump = () => {
    while (open && lines.length > 0) {
      const line = lines.shift() as Uint8Array;
      waiting -= line.length;
      open = receive(line);
    }
    if (open && ended) done(ended.error);
    else if (open) input.resume();
  };
  const end = (error?: Error) => {
    ended = error ? { error } : {};
    pump();
  };
  return {
    read(onLine, onDone) {
      receive = onLine;
      done = onDone;
      input.read(
        (bytes) => {
          try {
            splitter.push(bytes);
          } catch (error) {
            end(error as Error);
            return false;
          }
          pump();
          return open || waiting < waitingBytes;
        },
        (error) => {
          if (!error && splitter.held > 0) lines.push(splitter.takeRest());
          end(error);
        },
      );
    },
    resume() {
      if (open) return;
      open = true;
      pump();
    },
    stop: () => input.stop(),
  };
}
