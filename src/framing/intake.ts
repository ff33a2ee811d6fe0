import { type Codec, type Connection, concat, type Decoder, retain, Turn } from '../core/index.js';

/** The callbacks of an {@link Intake} for what it has decoded. */
export interface IntakeEvents<M> {
  message(message: M): void;
  /** All that came before the peer's end was delivered, and the decoder has been told of it. */
  end(): void;
  fail(error: unknown): void;
  /** Some of what waited was delivered on a later turn. */
  caughtUp(): void;
}

/**
 * Brings what a peer sends to its service, message by message: no more in a turn than {@link Turn} gives, and none
 * while the service has paused the peer. What waits is at most what had been read by then, as the peer is read no
 * further until all of it was delivered.
 */
export class Intake<M> {
  readonly #decoder: Decoder;
  readonly turn = new Turn({ run: () => this.#work(), fail: (error) => this.events.fail(error) });
  /** Bytes that are not yet decoded, and messages of a decoder that could not stop. */
  #rest: Uint8Array | undefined;
  #messages: M[] = [];
  /** The service has paused the peer. */
  paused = false;
  /** We have paused it, as there is something that waits. */
  #holding = false;
  /** There is no memory for more. */
  #blocked = false;
  #ended = false;
  #finished: (() => void) | undefined;
  /** No more messages in this turn. */
  #stopping = false;

  constructor(
    readonly codec: Codec<M, never>,
    readonly peer: Connection,
    readonly events: IntakeEvents<M>,
  ) {
    this.#decoder = codec.decoder((message) => this.#emit(message));
  }

  /** Milliseconds of silence that end the message which has begun; undefined while there is none, or others wait before it. */
  get pauseMs(): number | undefined {
    const { held, pauseMs = Number.POSITIVE_INFINITY } = this.#decoder;
    return this.#waits || this.paused || this.#ended || held === 0 || pauseMs === Number.POSITIVE_INFINITY
      ? undefined
      : pauseMs;
  }

  /** Bytes that are held of messages which are not delivered. */
  get size(): number {
    return this.#decoder.held + (this.#rest?.length ?? 0);
  }

  /** Reads no more, or reads on, as far as nothing else stands against it. */
  block(blocked: boolean): void {
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    if (blocked) this.peer.pause();
    else if (!this.#waits && !this.paused) this.peer.resume();
  }

  push(chunk: Uint8Array): void {
    if (this.#waits || this.paused || !this.turn.begin()) this.#keep(chunk);
    else this.#decode(chunk);
    this.#settle();
  }

  /** The peer will send no more. */
  end(): void {
    this.#ended = true;
    this.#settle();
  }

  /** The peer has paused in mid-message. */
  silence(): void {
    if (this.#waits || this.paused) return;
    this.#stopping = false;
    this.#decoder.pause?.();
  }

  /** Delivers nothing more until `resume`. */
  pause(): void {
    this.paused = true;
    this.peer.pause();
  }

  /** Goes on, on a later turn where something waits. */
  resume(): void {
    this.paused = false;
    if (this.#waits || this.#ended) this.turn.soon();
    else if (!this.#blocked) this.peer.resume();
  }

  /** Nothing more will come: calls `then` when what waits is delivered. A message that is not whole is dropped. */
  finish(then: () => void): void {
    this.#finished = then;
    this.#settle();
  }

  /** Forgets what waits. */
  stop(): void {
    this.turn.stop();
    this.#rest = undefined;
    this.#messages = [];
  }

  get #waits(): boolean {
    return this.#rest !== undefined || this.#messages.length > 0;
  }

  #work(): void {
    this.#stopping = this.paused;
    const messages = this.#messages;
    this.#messages = [];
    for (const message of messages) this.#emit(message);
    const rest = this.#rest;
    if (rest && !this.#stopping) {
      this.#rest = undefined;
      this.#decode(rest);
    }
    this.#settle();
    this.events.caughtUp();
  }

  #decode(chunk: Uint8Array): void {
    this.#stopping = false;
    const taken = this.#decoder.push(chunk) ?? chunk.length;
    if (taken < chunk.length) this.#keep(chunk.subarray(taken));
  }

  /** Returns false where the decoder ought to stop. */
  #emit(message: M): boolean {
    // Several messages may come in one chunk, and the first may end the connection.
    if (this.peer.state === 'closed') return false;
    if (this.#stopping) {
      this.#messages.push(this.codec.retain(message));
      return false;
    }
    this.turn.spend(1, 0);
    this.events.message(message);
    this.#stopping = this.paused || this.turn.over || (this.peer.state as string) === 'closed';
    return !this.#stopping;
  }

  #keep(bytes: Uint8Array): void {
    if (this.peer.state === 'closed') return;
    this.#rest = this.#rest ? concat([this.#rest, bytes]) : retain(bytes);
  }

  /** Sees to what comes next: another turn, the peer's end, or its next bytes. */
  #settle(): void {
    if (this.peer.state === 'closed') return;
    if (this.#waits) {
      this.#holding = true;
      this.peer.pause();
      if (!this.paused) this.turn.soon();
    } else if (this.paused) return;
    else if (this.#finished) this.#finished();
    else if (this.#ended) this.#end();
    else if (this.#holding) {
      this.#holding = false;
      if (!this.#blocked) this.peer.resume();
    }
  }

  #end(): void {
    this.#stopping = false;
    this.#decoder.end();
    this.events.end();
  }
}
