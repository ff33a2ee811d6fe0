import type { Address } from '../../../core/index.js';
import {
  asWirelineError,
  type Clock,
  type Closed,
  type Connection,
  type Handler,
  printable,
  reasons,
  systemClock,
  WirelineError,
} from '../../../core/index.js';
import { framed, jsonLines } from '../../../framing/index.js';
import { type AddressLike, dial, targetOf } from '../../../net/index.js';
import type { ClientMessage, Joined, ServerMessage } from '../protocol/messages.js';
import { describeClose, detectRefusal, notAChatServer } from './close-reason.js';
import { isIn, type Link, peerOf } from './link.js';
import { Naming } from './naming.js';
import type { ChatListener, ChatOptions } from './options.js';
import { Positions } from './positions.js';
import { Backoff, Heartbeat } from './timing.js';

/**
 * A member of a chat that does not lose its place: cut off, it connects again after a random wait, asks for what it
 * missed, and says again what was not acknowledged. What it says has an id, so that it is stored once.
 */
export class ChatClient {
  readonly address: Address;
  readonly #rooms: Positions;
  readonly #secret: string;
  readonly #waits: Backoff;
  readonly #clock: Clock;
  /** A server that was too busy to hear our hello greets us in plain text first. */
  readonly #codec = jsonLines<ServerMessage, ClientMessage>({ max: 64 * 1024 * 1024, objectsOnly: true });
  readonly #naming: Naming;
  #link: Link = { at: 'dialling' };
  /** True if the server has ever let us in: until then it may be no chat at all. */
  #known = false;
  /** Why this connection ends, in the words of the server. */
  #last: { readonly refusal?: string; readonly bye?: ServerMessage & { type: 'bye' } } = {};
  #failure: WirelineError | undefined;
  #closing = false;
  #settle!: { resolve(): void; reject(error: Error): void };

  constructor(
    address: AddressLike,
    readonly options: ChatOptions,
    readonly listener: ChatListener,
  ) {
    this.address = targetOf(address);
    this.#clock = options.clock ?? systemClock;
    this.#naming = new Naming(options.name, options.waitsForName === true);
    this.#secret = options.secret ?? crypto.randomUUID();
    this.#rooms = new Positions(options.rooms);
    this.#waits = new Backoff(options.random);
  }

  /**
   * Connects, and goes on until `close`. Resolves then; rejects with a `WirelineError` where there is no server at
   * first, or it is no chat, the signal is raised, or the server will not have this client.
   */
  async run(): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const onAbort = () => this.#end(asWirelineError(this.options.signal?.reason, 'interrupted'));
    this.options.signal?.addEventListener('abort', onAbort, { once: true });
    // The waits between connections do not keep a process alive by themselves.
    const alive = setInterval(() => {}, 2 ** 30);
    this.#connect(true);
    try {
      await done;
    } finally {
      clearInterval(alive);
      this.options.signal?.removeEventListener('abort', onAbort);
      this.listener.state?.({ at: 'closed' });
    }
  }

  /** The name that we are known by, once the server has given or granted it. */
  get name(): string {
    return this.#naming.name ?? '';
  }

  /**
   * Says something in a room, now or once there is a connection. Returns its id, which no other draft may have; throws
   * `usage` where one that is not yet acknowledged has it.
   */
  say(room: string, body: string, id: string = crypto.randomUUID()): string {
    if (this.#rooms.add({ type: 'say', room, body, id }) && isIn(this.#link))
      this.#send({ type: 'say', room, body, id });
    return id;
  }

  /** The number of messages that are not yet acknowledged. */
  get unsent(): number {
    return this.#rooms.pending;
  }

  /** The texts that are not yet acknowledged, in order. */
  get unsentTexts(): readonly string[] {
    return this.#rooms.waiting.map(({ body }) => body);
  }

  join(room: string): void {
    this.#rooms.join(room);
    if (isIn(this.#link)) this.#send(this.#joinOf(room));
  }

  leave(room: string): void {
    if (this.#rooms.leave(room)) this.ask({ type: 'leave', room });
  }

  /** Sends what needs no second try. Returns false where there is no connection. */
  ask(message: ClientMessage): boolean {
    const sends = isIn(this.#link);
    if (sends) this.#send(message);
    return sends;
  }

  /** Reads no further for now: what is told waits at the server, and the member may become slow. */
  pause(): void {
    this.#peer?.pause();
  }

  resume(): void {
    this.#peer?.resume();
  }

  /** Says bye and ends, once the server has answered; at once where there is no connection. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (!this.ask({ type: 'bye' })) this.#end();
  }

  get #peer(): Connection<ClientMessage> | undefined {
    return peerOf(this.#link);
  }

  #connect(first: boolean): void {
    if (this.#failure) return;
    this.#link = { at: 'dialling' };
    this.#last = {};
    this.listener.state?.({ at: 'connecting' });
    this.#rooms.expectJoined();
    const service = framed(this.#codec, (peer) => this.#attach(peer));
    const onRefusal = (refusal: string) => {
      this.#last = { ...this.#last, refusal };
    };
    dial(detectRefusal(service, onRefusal), this.address, this.options).catch((error) => {
      const known = asWirelineError(error);
      if (first || reasons[known.code].again === 'no') this.#end(known);
      else this.#again(known.message);
    });
  }

  #attach(peer: Connection<ClientMessage>): Handler<ServerMessage> {
    if (this.#failure || this.#closing) queueMicrotask(() => peer.close('ended'));
    const silence = { ask: () => this.#send({ type: 'ping' }), giveUp: () => peer.close('timeout') };
    const heartbeat = new Heartbeat(this.#clock, silence, this.options.connectTimeoutMs);
    this.#link = { at: 'greeting', peer, heartbeat };
    peer.write(this.#naming.hello(this.#secret));
    return {
      data: (message) => {
        heartbeat.heard();
        this.#onMessage(message);
      },
      close: (why) => {
        heartbeat.stop();
        this.#onClose(why);
      },
    };
  }

  #onMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        return this.#onWelcome(message);
      case 'joined':
        return this.#onJoined(message);
      case 'entry':
        return this.#rooms.accept(message) ? this.listener.message(message) : undefined;
      case 'ack':
        if (this.#rooms.settle(message.id) !== undefined)
          this.listener.said?.(message.id, { number: message.number }, message);
        return;
      case 'nick':
        if (message.from === this.name) this.#naming.name = message.name;
        return this.listener.message(message);
      case 'bye':
        return this.#onBye(message);
      case 'error':
        return this.#onError(
          message.room === undefined ? message : { ...message, room: this.#rooms.resolve(message.room) },
        );
      case 'ping':
        return this.#send({ type: 'pong', ...(message.id === undefined ? {} : { id: message.id }) });
      case 'pong':
        // The answer to a question of our own has no id.
        return message.id === undefined ? undefined : this.listener.message(message);
      default:
        this.listener.message(message);
    }
  }

  #onWelcome(message: ServerMessage & { type: 'welcome' }): void {
    this.#known = true;
    if (this.#link.at === 'greeting') this.#link = { ...this.#link, at: 'in', since: this.#clock.now() };
    if (this.#link.at === 'in') this.#link.heartbeat.welcomed();
    const changed = this.#naming.granted(message.name);
    this.listener.state?.({ at: 'connected' });
    this.listener.message(message);
    if (changed) this.listener.message({ type: 'error', code: 'name-taken', message: changed });
    for (const room of this.#rooms.names) this.#send(this.#joinOf(room));
  }

  #onJoined(joined: Joined): void {
    this.listener.message(joined, this.#rooms.joined(joined));
    // Those that were stored are acknowledged again; none is stored twice.
    for (const draft of this.#rooms.drafts(joined.room)) this.#send(draft);
  }

  #onBye(message: ServerMessage & { type: 'bye' }): void {
    this.#last = { ...this.#last, bye: message };
    if (message.again === 'no') this.#fail(`the server said bye: ${message.reason}`);
    this.listener.message(message);
  }

  #onError(message: ServerMessage & { type: 'error' }): void {
    const { id, code, room } = message;
    if (!isIn(this.#link)) return this.#onNotWelcome(message);
    if (code === 'gone' && room !== undefined) this.#rooms.allowGap(room);
    if (room !== undefined && (code === 'limit' || code === 'bad-room')) this.#onShut(room, message);
    const said = id === undefined ? undefined : this.#rooms.settle(id);
    if (said !== undefined) this.listener.said?.(said, { failed: message.message }, message);
    else this.listener.message(message);
  }

  /** The server does not let us in: under this name it may do so later, or under another. */
  #onNotWelcome(message: ServerMessage & { type: 'error' }): void {
    const waitMs = message.code === 'name-taken' ? this.#naming.refused(message, this.#known) : undefined;
    if (waitMs === undefined) this.#fail(message.message);
    else {
      this.#last = { ...this.#last, refusal: message.message };
      this.#known = true;
      this.#naming.waits = waitMs;
    }
    this.#peer?.close('ended');
  }

  /** The server will not have us. What it says of that may be shown on a terminal. */
  #fail(message: string): void {
    this.#failure = new WirelineError('refused', printable(message));
  }

  /** A room does not let us in: what was to be said there never will be. */
  #onShut(room: string, message: ServerMessage & { type: 'error' }): void {
    for (const { id } of this.#rooms.drop(room)) {
      this.#rooms.settle(id);
      this.listener.said?.(id, { failed: message.message }, message);
    }
  }

  #onClose(why: Closed): void {
    if (this.#link.at === 'in') this.#waits.stood(this.#clock.now() - this.#link.since);
    this.#link = { at: 'over' };
    const { bye, refusal } = this.#last;
    if (this.#failure || this.#closing) return this.#end(this.#failure);
    if (!this.#known) return this.#end(notAChatServer(this.address, why, refusal));
    this.#again(bye ? `the server said bye: ${bye.reason}` : describeClose(why, refusal));
  }

  #again(why: string): void {
    if (this.#failure || this.#closing) return this.#end(this.#failure);
    const ms = this.#naming.takeWait() ?? this.#waits.next(this.#last.bye?.waitMs);
    this.listener.state?.({ at: 'waiting', ms, why });
    this.#link = { at: 'waiting', timer: this.#clock.after(ms, () => this.#connect(false)) };
  }

  #end(failure?: WirelineError): void {
    this.#failure ??= failure;
    this.#closing = true;
    if (this.#link.at === 'waiting') this.#link.timer.stop();
    this.#peer?.close('ended');
    if (failure) this.#settle.reject(failure);
    else this.#settle.resolve();
  }

  #joinOf(room: string): ClientMessage {
    const { replay } = this.options;
    return { type: 'join', room, ...(replay === undefined ? {} : { replay }), ...this.#rooms.position(room) };
  }

  #send(message: ClientMessage): void {
    this.#peer?.write(message);
  }
}
