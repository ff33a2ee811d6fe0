import cliProgress from 'cli-progress';
import { printable } from '../core/index.js';

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

/** Shows how far a file of known or unknown size has come. */
export interface TransferProgress {
  show(name: string, bytes: number, size?: number): void;
  stop(): void;
}

/** A bar on stderr with rate and time left, one file after the other. */
export function transferProgress(): TransferProgress {
  const bar = new cliProgress.SingleBar({
    format: '{name} {bar} {percentage}% {done} of {whole}, {rate}/s, {eta_formatted} left',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    fps: 5,
    etaBuffer: 100,
  });
  let name = '';
  let began = { at: 0, bytes: 0 };
  return {
    show(next, bytes, size = bytes) {
      if (next !== name) {
        if (name !== '') bar.stop();
        name = next;
        began = { at: performance.now(), bytes };
        bar.start(Math.max(size, 1), bytes, { name: printable(name), done: '', whole: '', rate: '' });
      }
      const seconds = Math.max(0.001, (performance.now() - began.at) / 1000);
      const rate = readableSize(Math.round((bytes - began.bytes) / seconds));
      bar.setTotal(Math.max(size, 1));
      bar.update(bytes, { name: printable(name), done: readableSize(bytes), whole: readableSize(size), rate });
    },
    stop() {
      if (name !== '') bar.stop();
    },
  };
}
