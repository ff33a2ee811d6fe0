import { createHash } from 'node:crypto';
import type { Closed } from '../../src/core/index.js';
import { memoryJournal } from '../../src/features/chat/journal/memory.js';
import type { Journal } from '../../src/features/chat/protocol/journal.js';
import { jsonDialect } from '../../src/features/chat/server/dialects/json.js';
import { plainDialect } from '../../src/features/chat/server/dialects/plain.js';
import type { ChatServerOptions } from '../../src/features/chat/server/options.js';
import { ChatServer } from '../../src/features/chat/server/server.js';
import { memoryPair } from '../../src/net/index.js';
import { ManualClock } from '../../src/testing/index.js';
import { Recorder } from './recorder.js';

/** A client of a chat in memory, by bytes. */
export interface ChatEnd {
  send(text: string): void;
  sendBytes(bytes: Uint8Array): void;
  /** All that was said to it so far. */
  text(): string;
  /** Its complete lines. */
  readonly lines: readonly string[];
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
export function chatInMemory(options: Partial<ChatServerOptions> = {}) {
  const clock = new ManualClock();
  const journal: Journal = options.journal ?? memoryJournal();
  const chat = new ChatServer({ clock, hash: sha256, journal, ...options });
  const connect = (service: Parameters<typeof memoryPair>[1]): ChatEnd => {
    const heard = new Heard();
    const recorder = new Recorder({ data: (chunk) => heard.add(chunk) });
    memoryPair(recorder.service, service);
    return chatEnd(recorder, heard);
  };
  return {
    chat,
    journal,
    clock,
    plain: () => connect(plainDialect(chat)),
    json: () => jsonEnd(connect(jsonDialect(chat).service)),
  };
}

function sha256() {
  const hash = createHash('sha256');
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest('hex'), copy: sha256 };
}

/** The text that came. Only what is new is looked at: a test that hears megabytes would else look at them a thousand times. */
class Heard {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #pieces: string[] = [];
  /** What came after the words that were waited for last. */
  unheard = '';
  /** The lines that are complete, and the beginning of the next one. */
  readonly lines: string[] = [];
  #rest = '';

  add(chunk: Uint8Array): void {
    const text = this.#decoder.decode(chunk, { stream: true });
    this.#pieces.push(text);
    this.unheard += text;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) this.lines.push(line);
  }

  get text(): string {
    this.#pieces = [this.#pieces.join('')];
    return this.#pieces[0] as string;
  }
}

function chatEnd(recorder: Recorder, heard: Heard): ChatEnd {
  return {
    send: (words) => void recorder.peer.write(Buffer.from(words)),
    sendBytes: (bytes) => void recorder.peer.write(bytes),
    text: () => heard.text,
    lines: heard.lines,
    async hears(words) {
      await recorder.until(() => heard.unheard.includes(words));
      heard.unheard = heard.unheard.slice(heard.unheard.indexOf(words) + words.length);
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
    messages: () => end.lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    say: (message) => end.send(`${JSON.stringify(message)}\n`),
    async next(type) {
      for (;;) {
        while (seen < end.lines.length) {
          const message = JSON.parse(end.lines[seen++] as string) as Record<string, unknown>;
          if (message.type === type) return message;
        }
        await end.hears('\n');
      }
    },
  };
}
