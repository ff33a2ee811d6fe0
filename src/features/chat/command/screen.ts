import { printable, WirelineError } from '../../../core/index.js';
import { type Effect, type Model, newModel } from '../client/model/model.js';
import type { ChatListener, ChatState } from '../client/options.js';
import type { Gap } from '../client/positions.js';
import type { ServerMessage } from '../protocol/messages.js';
import { KeyReader } from '../terminal/keys.js';
import { Renderer } from '../terminal/renderer.js';
import { type Event, update } from '../terminal/update.js';
import { view } from '../terminal/view.js';
import { FullScreen } from './full-screen.js';
import { type ChatSession, type ChatSessionOptions, openChatSession, printUnsent } from './session.js';

/** Milliseconds between two pictures: what comes faster is seen together. */
const frameMs = 16;
/** Milliseconds after which an escape was the key, and not the beginning of a sequence. */
const escapeMs = 50;
/** Milliseconds of silence after which a paste is over, though its end mark has not come. */
const pasteMs = 1_000;
/** Milliseconds after which what comes is no part of a paste that came before. */
const alone = 100;
/** Milliseconds between two looks at the clock while we wait for the server. */
const tickMs = 250;
/** The status of a process that SIGHUP ended. */
const hungUp = 129;

/** The chat on the whole terminal. */
export async function chatScreen(call: ChatSessionOptions): Promise<void> {
  const program = new ChatScreen(call);
  const chat = openChatSession(call, program);
  try {
    await program.run(chat);
  } finally {
    program.close();
    printUnsent(chat.client, program.drafts);
  }
}

class ChatScreen implements ChatListener {
  readonly #keys = new KeyReader();
  readonly #screen: FullScreen;
  readonly #painter: Renderer;
  #model: Model;
  #chat!: ChatSession;
  #inputAt = 0;
  #opened = false;
  #painting: NodeJS.Timeout | undefined;
  #escape: NodeJS.Timeout | undefined;
  #ticking: NodeJS.Timeout | undefined;

  constructor(call: ChatSessionOptions) {
    this.#screen = new FullScreen({
      input: (text) => this.#onInput(text),
      resized: () => this.#onResized(),
      restored: () => this.#repaint(),
      gone: () => this.#onGone(),
    });
    this.#painter = new Renderer(this.#screen.colours);
    const { columns, rows } = this.#screen;
    const session = crypto.randomUUID();
    this.#model = newModel({ columns, rows, name: call.name ?? '', session, rooms: call.rooms });
  }

  /** The texts that were typed and not said, in all rooms. */
  get drafts(): string[] {
    const { rooms, active, input } = this.#model;
    return rooms.map(({ draft }, at) => (at === active ? input : draft).text).filter((text) => text.trim() !== '');
  }

  async run(chat: ChatSession): Promise<void> {
    this.#chat = chat;
    await chat.run();
  }

  close(): void {
    for (const timer of [this.#painting, this.#escape, this.#ticking]) clearTimeout(timer);
    this.#screen.close();
  }

  /** The terminal is taken once there is a server: that there is none is said where the command was typed. */
  state(state: ChatState): void {
    if (state.at === 'connected' && !this.#opened) {
      this.#opened = true;
      this.#screen.open();
    }
    this.#happens({ type: 'state', state });
  }

  message(message: ServerMessage, missed?: Gap): void {
    this.#happens({ type: 'message', message, missed });
  }

  said(id: string, outcome: { number: number } | { failed: string }): void {
    this.#happens({ type: 'said', id, outcome });
  }

  #happens(event: Event): void {
    const { model, effects } = update(this.#model, event, Date.now());
    this.#model = model;
    for (const effect of effects) this.#do(effect);
    this.#tick();
    if (this.#opened) this.#painting ??= setTimeout(() => this.#paint(), frameMs);
  }

  /** The clock is looked at while something is waited for. */
  #tick(): void {
    const { link, rooms } = this.#model;
    const waits = link.at === 'waiting' || rooms.some(({ pending }) => pending.length > 0);
    if (waits) this.#ticking ??= setInterval(() => this.#happens({ type: 'tick' }), tickMs);
    else {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
  }

  #do(effect: Effect): void {
    const { client, leave } = this.#chat;
    switch (effect.do) {
      case 'say':
        return void client.say(effect.room, effect.body, effect.id);
      case 'ask':
        return void client.ask(effect.message);
      case 'join':
        return client.join(effect.room);
      case 'leave':
        return client.leave(effect.room);
      case 'close':
        return leave();
      case 'fail':
        return this.#chat.fail(new WirelineError('refused', printable(effect.why)));
      case 'redraw':
        return this.#painter.forget();
      case 'suspend':
        return this.#screen.suspend();
      case 'bell':
        return this.#screen.write('\x07');
    }
  }

  #onInput(text: string): void {
    clearTimeout(this.#escape);
    // Control-C that comes alone is a key, also where the end of a paste was lost.
    if (text === '\x03' && performance.now() - this.#inputAt > alone) this.#onLostEnd();
    this.#inputAt = performance.now();
    for (const stroke of this.#keys.push(text)) this.#happens({ type: 'stroke', stroke });
    if (this.#keys.pasting) this.#escape = setTimeout(() => this.#onLostEnd(), pasteMs);
    else if (this.#keys.holds) this.#escape = setTimeout(() => this.#onEscape(), escapeMs);
  }

  #onLostEnd(): void {
    for (const stroke of this.#keys.endPaste()) this.#happens({ type: 'stroke', stroke });
  }

  #onEscape(): void {
    for (const stroke of this.#keys.flush()) this.#happens({ type: 'stroke', stroke });
  }

  #onResized(): void {
    const { columns, rows } = this.#screen;
    this.#happens({ type: 'resize', columns, rows });
  }

  #onGone(): void {
    process.exitCode = hungUp;
    this.#chat.leave();
  }

  #repaint(): void {
    this.#painter.forget();
    this.#onResized();
  }

  #paint(): void {
    this.#painting = undefined;
    this.#screen.write(this.#painter.frame(view(this.#model), this.#model.columns));
  }
}
