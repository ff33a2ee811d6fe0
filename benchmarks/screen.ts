import { type Model, newModel } from '../src/features/chat/client/model/model.js';
import type { SentEntry } from '../src/features/chat/protocol/messages.js';
import { KeyReader } from '../src/features/chat/terminal/keys.js';
import { Renderer } from '../src/features/chat/terminal/renderer.js';
import { type Event, update } from '../src/features/chat/terminal/update.js';
import { view } from '../src/features/chat/terminal/view.js';
import type { Question } from './support/question.js';
import { median } from './support/rounds.js';

const columns = 120;
const rows = 40;
const pageUp = '\x1b[5~';
const keyPresses = 50;

/** Floods that a member may send by the default limits, and how many entries are one. */
const floods: readonly { name: string; count: number; body: (at: number) => string }[] = [
  { name: '5,000 short messages', count: 5_000, body: (at) => `message ${at} of many` },
  { name: '40,000 short messages', count: 40_000, body: (at) => `message ${at} of many` },
  { name: '71 of 200 kB, one word', count: 71, body: () => 'x'.repeat(200_000) },
  { name: '20 of 240 kB, Japanese', count: 20, body: (at) => `${at} ${'日本'.repeat(40_000)}` },
  { name: '20 of 180 kB, letters with marks', count: 20, body: () => 'e\u0301'.repeat(60_000) },
  { name: '20 of 250,000 newlines', count: 20, body: () => '\n'.repeat(250_000) },
];

/** What the chat's screen costs beside floods. */
export const screen: Question = {
  name: 'screen',
  title: 'The chat on a terminal',
  about:
    `A screen of ${columns} by ${rows}, without the terminal: from a key, or an entry, to the bytes that a terminal is sent, in milliseconds, ` +
    'after a flood has come. "Longest" is the worst of ' +
    `${keyPresses} presses of Page Up and ${keyPresses} letters, and of five resizes. ` +
    'To reach: 50 ms, which a person does not notice.',
  async run() {
    const lines = [
      '| flood | per entry | letter, median | Page Up, median | resize, median | longest |',
      '| --- | --- | --- | --- | --- | --- |',
    ];
    for (const flood of floods) lines.push(measured(flood));
    return lines.join('\n');
  },
};

function measured({ name, count, body }: (typeof floods)[number]): string {
  const terminal = new Terminal();
  const flood = timed(() => {
    for (let number = 1; number <= count; number++)
      terminal.entry({ number, time: number, from: 'bob', body: body(number) });
  });
  const letters = times(keyPresses, () => terminal.press('a'));
  const pages = times(keyPresses, () => terminal.press(pageUp));
  const resizes = times(5, (at) => terminal.resize(columns - 1 - at));
  const cells = [
    flood / count,
    median(letters),
    median(pages),
    median(resizes),
    Math.max(...letters, ...pages, ...resizes),
  ];
  return `| ${[name, ...cells.map((ms) => ms.toFixed(2))].join(' | ')} |`;
}

/** The program of the chat, and the bytes that its terminal is sent. */
class Terminal {
  readonly #keys = new KeyReader();
  readonly #painter = new Renderer('many');
  #model: Model = newModel({ columns, rows, name: 'ada', session: 's', rooms: ['dev'] });

  constructor() {
    this.#happens({ type: 'state', state: { at: 'connected' } });
    const joined = { type: 'joined', epoch: 'e', first: 1, last: 0, after: 0, recovered: false, members: 1 } as const;
    this.#happens({ type: 'message', message: { ...joined, room: 'dev' } });
  }

  /** The picture is taken once for many entries, as the program does; here once for each 100. */
  entry(entry: SentEntry): void {
    this.#happens({ type: 'message', message: { type: 'entry', room: 'dev', ...entry } });
    if (entry.number % 100 === 0) this.#paint();
  }

  press(text: string): void {
    for (const stroke of this.#keys.push(text)) this.#happens({ type: 'stroke', stroke });
    this.#paint();
  }

  resize(width: number): void {
    this.#happens({ type: 'resize', columns: width, rows });
    this.#painter.forget();
    this.#paint();
  }

  #happens(event: Event): void {
    this.#model = update(this.#model, event, Date.now()).model;
  }

  #paint(): void {
    this.#painter.frame(view(this.#model), this.#model.columns);
  }
}

function times(count: number, run: (at: number) => void): number[] {
  return Array.from({ length: count }, (_, at) => timed(() => run(at)));
}

function timed(run: () => void): number {
  const from = performance.now();
  run();
  return performance.now() - from;
}
