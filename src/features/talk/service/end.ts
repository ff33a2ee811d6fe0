import { type Closed, type Connection, type Handler, systemClock, type Timer } from '../../../core/index.js';
import type { TextMessage } from '../../../framing/index.js';
import { isQuit, lastWordsMs, quitLine, showMessage, type TalkOptions, waitingLines } from './options.js';

/** One end of a talk: what may be said, when it is said, and when it is over. */
export class TalkEnd implements Handler<TextMessage> {
  readonly #said: Uint8Array[] = [];
  #own: boolean;
  #state: 'talking' | 'said-all' | 'left' = 'talking';
  #otherLeft = false;
  #full = false;
  #othersEnd: TextMessage['end'] = '\n';
  #quits = false;
  readonly #patience: Timer;

  constructor(
    readonly peer: Connection<TextMessage>,
    readonly options: TalkOptions,
  ) {
    this.#own = options.turns !== 'second';
    this.#patience = (options.clock ?? systemClock).after(lastWordsMs, () => peer.close('ended'));
    this.#patience.stop();
    options.onTurn?.(this.#own);
    options.lines.read(
      (line) => this.#onLine(line),
      (error) => (error ? peer.close('input', error) : this.#sayAll()),
    );
  }

  data(message: TextMessage): void {
    this.#othersEnd = message.end;
    if (isQuit(message.bytes)) return this.end();
    // A pipe waits for what the other still says, and a person who quits does not.
    if (this.#state === 'left' && !this.options.typed && !this.#quits) this.#patience.again();
    showMessage(message, this.peer, this.options.output);
    if (!this.options.turns || this.#own) return;
    this.#own = true;
    this.options.onTurn?.(true);
    this.#speak();
  }

  drain(): void {
    this.#full = false;
    this.#speak();
  }

  /** The other has left. */
  end(): void {
    this.#otherLeft = true;
    if (this.options.typed || this.options.turns || this.#state === 'left') this.peer.close('ended');
    else this.#patience.again();
  }

  close(why: Closed): void {
    this.#patience.stop();
    this.options.lines.stop();
    this.options.output.whenDrained(() => this.options.onClosed?.(why, this.#said.length));
  }

  #onLine(line: Uint8Array): boolean {
    if (this.#state !== 'talking') return false;
    if (isQuit(line)) {
      this.#quits = true;
      // Where what was said before cannot be sent, it is over all the same.
      this.#patience.again();
      this.#sayAll();
      return false;
    }
    this.#said.push(new Uint8Array(line));
    this.#speak();
    return !this.#full && this.#said.length < waitingLines;
  }

  #sayAll(): void {
    if (this.#state === 'talking') this.#state = 'said-all';
    this.#speak();
  }

  /** Sends what may be sent; once there is nothing more to come, leaves. */
  #speak(): void {
    const { turns, lines } = this.options;
    while (!this.#full && this.#own && this.#said.length > 0) {
      this.#full = !this.#write(this.#said.shift() as Uint8Array);
      if (this.#otherLeft) this.#patience.again();
      if (turns) {
        this.#own = false;
        this.options.onTurn?.(false);
      }
    }
    if (this.#said.length > 0) return;
    if (this.#state === 'said-all') this.#leave();
    else if (this.#state === 'talking' && !this.#full) lines.resume();
  }

  #leave(): void {
    this.#state = 'left';
    if (this.#otherLeft) return this.peer.close('ended');
    if (this.#quits) this.#write(quitLine);
    this.peer.end();
    this.#patience.again();
  }

  #write(bytes: Uint8Array): boolean {
    return this.peer.write({ bytes, end: this.options.lineEnd ?? this.#othersEnd });
  }
}
