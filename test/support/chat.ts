import { createHash } from 'node:crypto';
import type { Closed, Log } from '../../src/core/index.js';
import { memoryLog } from '../../src/log/index.js';
import { Hall, type HallOptions, jsonDialect, plainDialect } from '../../src/rooms/index.js';
import { memoryPair } from '../../src/transport/index.js';
import { ManualClock } from './manual-clock.js';
import { Recorder } from './recorder.js';

/** A client of a chat in memory, by bytes. */
export interface ChatEnd {
  send(text: string): void;
  sendBytes(bytes: Uint8Array): void;
  /** All that was said to it so far. */
  text(): string;
  /** Waits until it was said `words`, anywhere after what was waited for before. */
  hears(words: string): Promise<void>;
  pause(): void;
  resume(): void;
  end(): void;
  cut(): void;
  readonly closed: Promise<Closed>;
}

/** A client of the JSON dialect. */
export interface JsonEnd extends ChatEnd {
  /** The messages that it was sent so far. */
  messages(): Record<string, unknown>[];
  say(message: object): void;
  /** Waits for the next message of this type, after those that were waited for before. */
  next(type: string): Promise<Record<string, unknown>>;
}

/** A chat in memory, with a clock that the test moves. */
export function chatInMemory(options: Partial<HallOptions> = {}) {
  const clock = new ManualClock();
  const log: Log = options.log ?? memoryLog();
  const hall = new Hall({ clock, hash: sha256, log, ...options });
  const connect = (service: Parameters<typeof memoryPair>[1]): ChatEnd => {
    const recorder = new Recorder();
    memoryPair(recorder.service, service);
    return chatEnd(recorder);
  };
  return {
    hall,
    log,
    clock,
    plain: () => connect(plainDialect(hall)),
    json: () => jsonEnd(connect(jsonDialect(hall).service)),
  };
}

function sha256() {
  const hash = createHash('sha256');
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest('hex'), copy: sha256 };
}

function chatEnd(recorder: Recorder): ChatEnd {
  let heard = 0;
  const text = () => recorder.bytes.toString('utf8');
  return {
    send: (words) => void recorder.peer.write(Buffer.from(words)),
    sendBytes: (bytes) => void recorder.peer.write(bytes),
    text,
    async hears(words) {
      await recorder.until(() => text().indexOf(words, heard) !== -1);
      heard = text().indexOf(words, heard) + words.length;
    },
    pause: () => recorder.peer.pause(),
    resume: () => recorder.peer.resume(),
    end: () => recorder.peer.end(),
    cut: () => recorder.peer.close('failed'),
    closed: recorder.closed,
  };
}

function jsonEnd(end: ChatEnd): JsonEnd {
  let seen = 0;
  return {
    ...end,
    messages: () => whole(end.text()).map((line) => JSON.parse(line) as Record<string, unknown>),
    say: (message) => end.send(`${JSON.stringify(message)}\n`),
    async next(type) {
      for (;;) {
        const lines = whole(end.text());
        while (seen < lines.length) {
          const message = JSON.parse(lines[seen++] as string) as Record<string, unknown>;
          if (message.type === type) return message;
        }
        await end.hears('\n');
      }
    },
  };
}

/** The lines that are complete. */
function whole(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
