import { type Effect, type Model, newModel } from '../../src/features/chat/client/model/model.js';
import type { ChatState } from '../../src/features/chat/client/options.js';
import type { Gap } from '../../src/features/chat/client/positions.js';
import type { Joined, SentEntry, ServerMessage } from '../../src/features/chat/protocol/messages.js';
import { KeyReader } from '../../src/features/chat/terminal/keys.js';
import { plainText } from '../../src/features/chat/terminal/row.js';
import { type Event, update } from '../../src/features/chat/terminal/update.js';
import { view } from '../../src/features/chat/terminal/view.js';

/** 12:00 on 21 November 2026, UTC: the tests' time zone is set in their configuration. */
export const noon = Date.UTC(2026, 10, 21, 12);

/** A program of the terminal's chat without terminal and server: what is typed and told goes in, screens come out. */
export class Typist {
  model: Model;
  /** What the program wanted done, in order. */
  readonly effects: Effect[] = [];
  readonly #keys = new KeyReader();
  #number = 0;
  now = noon;

  constructor({
    columns = 60,
    rows = 10,
    rooms = ['dev'],
  }: { columns?: number; rows?: number; rooms?: string[] } = {}) {
    this.model = newModel({ columns, rows, name: 'ada', session: 's', rooms });
  }

  /** A typist whose rooms have let it in. */
  static joined(options?: { columns?: number; rows?: number; rooms?: string[] }): Typist {
    const typist = new Typist(options);
    typist.connect();
    return typist;
  }

  connect(): this {
    this.state({ at: 'connected' });
    this.told({ type: 'welcome', version: 1, name: 'ada', secret: 's', maxMessage: 1000 });
    for (const { name } of this.model.rooms) this.join(name);
    return this;
  }

  join(room: string, given: Partial<Joined> = {}, missed?: Gap): this {
    const joined = { type: 'joined', epoch: 'e', first: 1, last: 0, after: 0, recovered: false, members: 1 } as const;
    return this.told({ ...joined, room, ...given }, missed);
  }

  /** Types what a terminal sends: characters, control characters and escape sequences. */
  type(...pieces: string[]): this {
    for (const piece of pieces) {
      for (const stroke of [...this.#keys.push(piece), ...this.#keys.flush()])
        this.#happens({ type: 'stroke', stroke });
    }
    return this;
  }

  told(message: ServerMessage, missed?: Gap): this {
    return this.#happens({ type: 'message', message, missed });
  }

  /** Somebody says something, as the next entry of the room. */
  entry(body: string, { from = 'bob', room = 'dev', ...given }: Partial<SentEntry> & { room?: string } = {}): this {
    this.#number = given.number ?? this.#number + 1;
    return this.told({ type: 'entry', room, number: this.#number, time: this.now, from, body, ...given });
  }

  state(state: ChatState): this {
    return this.#happens({ type: 'state', state });
  }

  said(id: string, outcome: { number: number } | { failed: string }): this {
    return this.#happens({ type: 'said', id, outcome });
  }

  resize(columns: number, rows: number): this {
    return this.#happens({ type: 'resize', columns, rows });
  }

  /** Lets time pass. */
  pass(ms: number): this {
    this.now += ms;
    return this.#happens({ type: 'tick' });
  }

  /** The screen, row by row, without colours and without spaces at the ends. */
  get screen(): string[] {
    return view(this.model).rows.map((row) => plainText(row).trimEnd());
  }

  /** The rows of messages. */
  get messages(): string[] {
    return this.screen.slice(1, -2).filter((row) => row !== '');
  }

  /** The state line, and the last row of the input. */
  get stateLine(): string {
    return this.screen.findLast((row) => / in .*: |reconnecting/.test(row)) ?? '';
  }

  get input(): string {
    return this.screen.at(-1) ?? '';
  }

  get cursor() {
    return view(this.model).cursor;
  }

  /** The bodies that were to be said, and in which room. */
  get drafts(): string[] {
    return this.effects.flatMap((effect) => (effect.do === 'say' ? [`${effect.room}: ${effect.body}`] : []));
  }

  #happens(event: Event): this {
    const { model, effects } = update(this.model, event, this.now);
    this.model = model;
    this.effects.push(...effects);
    return this;
  }
}

/** What a terminal sends for keys. */
export const keys = {
  ...{ enter: '\r', altEnter: '\x1b\r', tab: '\t', shiftTab: '\x1b[Z', escape: '\x1b', backspace: '\x7f' },
  ...{ up: '\x1b[A', down: '\x1b[B', right: '\x1b[C', left: '\x1b[D', home: '\x1b[H', end: '\x1b[F' },
  ...{ pageUp: '\x1b[5~', pageDown: '\x1b[6~', delete: '\x1b[3~' },
  control: (letter: string) => String.fromCharCode(letter.charCodeAt(0) - 96),
  alt: (character: string) => `\x1b${character}`,
  paste: (text: string) => `\x1b[200~${text}\x1b[201~`,
};
