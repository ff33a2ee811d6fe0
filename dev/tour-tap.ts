import { printable, type Service, wrapHandler } from '../src/core/index.js';

/** Characters of a line that are shown. */
const width = 60;
/** Lines that are shown of a connection a second: whoever streams a gigabyte sees its beginning, and then its size. */
const linesASecond = 5;

/** A layer that shows what peers send, in lines that are safe to print; what they are sent is not its business. */
export function shownBy(show: (line: string) => void, service: Service): Service {
  return (peer) => {
    const handler = service(peer);
    let bytes = 0;
    let allowed = 0;
    let since = Number.NEGATIVE_INFINITY;
    let hidden = false;
    const showSome = (line: string) => {
      if (performance.now() - since > 1000) {
        since = performance.now();
        allowed = linesASecond;
      }
      if (allowed-- > 0) show(`${peer.remote}  ${line}`);
      else hidden = true;
    };
    return wrapHandler(handler, {
      data(chunk) {
        bytes += chunk.length;
        for (const line of excerpt(chunk)) showSome(line);
        handler.data(chunk);
      },
      close(why) {
        if (hidden) show(`${peer.remote}  ... ${bytes} bytes in all`);
        handler.close?.(why);
      },
    });
  };
}

/** The first lines of a chunk, each cut to the width. */
function excerpt(chunk: Uint8Array): string[] {
  return printable(new TextDecoder().decode(chunk.subarray(0, 4 * linesASecond * width)))
    .replace(/\n$/, '')
    .split('\n', linesASecond + 1)
    .map((line) => [...line].slice(0, width).join(''));
}
