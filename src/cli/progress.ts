import cliProgress from 'cli-progress';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A count of bytes for people: `1.5 MiB`. */
export function readableSize(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

/** Shows on stderr how much of a stream has gone, and how fast. */
export function streamProgress(): { add(bytes: number): void; stop(): void } {
  const started = performance.now();
  const bar = new cliProgress.SingleBar({
    format: '{sent} sent, {rate}/s',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    fps: 5,
  });
  let sent = 0;
  const payload = () => ({
    sent: readableSize(sent),
    rate: readableSize(Math.round(sent / Math.max(0.001, (performance.now() - started) / 1000))),
  });
  bar.start(1, 0, payload());
  const timer = setInterval(() => bar.update(0, payload()), 200);
  return {
    add(bytes) {
      sent += bytes;
    },
    stop() {
      clearInterval(timer);
      bar.stop();
    },
  };
}
