import {
  type Closed,
  type Connection,
  type Handler,
  type Timer,
  type WirelineError,
  wrapHandler,
} from '../../../../core/index.js';
import { SilenceWatch } from '../../../../core/silence.js';
import { framed, jsonLines } from '../../../../framing/index.js';
import { type Dialect, startsWith } from '../../../../net/dialect.js';
import type { ChatEvent } from '../../protocol/events.js';
import { type ClientMessage, chatVersion } from '../../protocol/messages.js';
import { Refusal } from '../../protocol/refusal.js';
import { maxId, requestOf, sizeOf, tooLong } from '../../protocol/shapes.js';
import { closeFor, type Member } from '../member.js';
import type { Priced } from '../rate-limiter.js';
import type { ChatServer } from '../server.js';
import { Session } from '../session.js';
import { jsonEncoder } from './json-encoder.js';

/** Milliseconds in which a client must say hello. Stops one that connects and says half of it from holding a place. */
const helloMs = 10_000;
/** Milliseconds of silence after which a member is asked whether it is there, and within which one that knows how must answer. */
const silenceMs = 30_000;
/** Milliseconds in which a member must answer for whose name another connection of its owner asks. */
const probeMs = 5_000;

/** Messages that are priced by their answers, and those that must not wait for an answer. */
const pricedAs = new Map<string, Priced>([
  ...(['join', 'who', 'rooms'] as const).map((type) => [type, 'asked'] as const),
  // One answer of history waits for another, and nothing else does.
  ...(['history', 'ping', 'pong', 'bye'] as const).map((type) => [type, 'free'] as const),
]);

const brace = new TextEncoder().encode('{');
/** A brace after a byte-order mark. */
const markedBrace = new Uint8Array([0xef, 0xbb, 0xbf, 0x7b]);
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The wire of wireline's own clients, and of bots: JSON lines, as `docs/reference/protocol.md` has them. */
export function jsonDialect(chat: ChatServer): Dialect {
  // A character of a body may take six in JSON.
  const codec = jsonLines<ClientMessage>({ max: chat.options.maxMessage * 6 + 4096 });
  return {
    name: 'json',
    matches: (first) => beginsInBrace(first),
    // People write braces too: after the greeting only a hello begins a conversation in JSON.
    afterGreeting: (first) => /^\ufeff?\{.*"type"\s*:\s*"hello"/.test(utf8.decode(first.subarray(0, 4096))),
    service: (peer) => {
      let client: JsonSession | undefined;
      const make = (messages: Connection<ClientMessage>) => {
        client = new JsonSession(chat, peer, messages);
        return client;
      };
      const handler = framed(codec, make, { explain, budget: chat.budget })(peer);
      return wrapHandler(handler, {
        data(bytes) {
          client?.heard();
          return handler.data(bytes);
        },
      });
    },
  };
}

function explain({ code, message }: WirelineError): Uint8Array {
  return jsonEncoder.message({ type: 'error', code: code === 'too-long' ? 'too-long' : 'bad-message', message });
}

class JsonSession extends Session<ClientMessage> implements Handler<ClientMessage> {
  #silence: SilenceWatch | undefined;
  /** Waits for any sign of the client. */
  #probe: { readonly timer: Timer; answer(there: boolean): void } | undefined;
  /** It answers a ping. A bot need not. */
  #answers = false;
  readonly #hello: Timer;

  constructor(chat: ChatServer, peer: Connection, messages: Connection<ClientMessage>) {
    super(chat, peer, messages);
    this.#hello = chat.options.clock.after(helloMs, () => peer.close('idle'));
  }

  /** Something came from the client, and be it a part of a message. */
  heard(): void {
    this.#silence?.heard();
    this.#answerProbe(true);
  }

  /** Asks the client whether it is there; whatever it sends is an answer. */
  #askWhetherThere(answer: (there: boolean) => void): void {
    this.#answerProbe(false);
    this.#probe = { answer, timer: this.chat.options.clock.after(probeMs, () => this.#answerProbe(false)) };
    this.#tell({ type: 'ping' });
  }

  #answerProbe(there: boolean): void {
    const probe = this.#probe;
    this.#probe = undefined;
    probe?.timer.stop();
    probe?.answer(there);
  }

  data(message: ClientMessage): void {
    this.limiter.take(message, sizeOf(message), pricedAs.get(message.type) ?? 'said');
  }

  override close(why: Closed): void {
    this.#hello.stop();
    this.#silence?.stop();
    this.#answerProbe(false);
    super.close(why);
  }

  protected override get holdsName(): boolean {
    return true;
  }

  protected refuse(error: unknown, message: object): void {
    if (!(error instanceof Refusal)) return closeFor(this.peer, error);
    const { room, id } = message as { room?: unknown; id?: unknown };
    const about = {
      ...(typeof room === 'string' ? { room: room.slice(0, maxId) } : {}),
      ...(typeof id === 'string' ? { id: id.slice(0, maxId) } : {}),
      ...error.about,
    };
    this.#tell({ type: 'error', code: error.code, message: error.message, ...about });
  }

  /** Tells the client something, also before it is a member. */
  #tell(message: ChatEvent): void {
    if (this.member) this.member.send(message);
    else if (this.peer.backlog > this.chat.options.maxBacklog) this.peer.close('slow');
    else this.peer.write(jsonEncoder.message(message));
  }

  protected handle(sent: ClientMessage): void | Promise<void> {
    const message = requestOf(sent);
    if (message === undefined) return void this.#needsHello();
    if (message.type === 'hello') return this.#greet(message);
    if (message.type === 'ping') return this.#tell({ ...message, type: 'pong' });
    if (message.type === 'pong') return this.#onPong();
    const member = this.#needsHello();
    if (message.type === 'bye') this.leave(member);
    else return this.#ask(member, message);
  }

  /** Types that are not known are ignored: a later version may have them. */
  #needsHello(): Member {
    if (!this.member) throw new Refusal('hello-first', 'the first message is hello');
    return this.member;
  }

  async #greet(hello: ClientMessage & { type: 'hello' }): Promise<void> {
    const { version, pong, type: _, ...given } = hello;
    if (this.member) throw new Refusal('bad-message', 'hello was said before');
    if (version !== chatVersion) throw new Refusal('version', `this server speaks version ${chatVersion}`);
    const asked = { ...given, secret: given.secret ?? crypto.randomUUID() };
    const rival = await this.chat.rivalOf(asked);
    const there = rival?.probe && (await new Promise<boolean>((answer) => rival.probe?.(answer)));
    if (there) throw new Refusal('name-taken', `the name ${rival.name} is in use`);
    if (this.peer.state === 'closed') return;
    const member = await this.chat.login(this.peer, jsonEncoder, asked);
    if (!this.begin(member)) return;
    member.probe = (answer) => this.#askWhetherThere(answer);
    this.#hello.stop();
    this.#answers = pong === true;
    this.#silence = new SilenceWatch(this.chat.options.clock, silenceMs, {
      ask: () => this.#tell({ type: 'ping' }),
      giveUp: () => this.#answers && !this.peer.paused && this.peer.close('timeout'),
    });
    const { maxMessage } = this.chat.options;
    member.send({ type: 'welcome', version: chatVersion, name: member.name, secret: asked.secret, maxMessage });
  }

  #onPong(): void {
    this.#answers = true;
  }

  /** The requests of members alone. */
  #ask(member: Member, request: ClientMessage): void | Promise<void> {
    const { chat } = this;
    switch (request.type) {
      case 'say':
        return chat.say(member, request.room, this.#body(request.body), request.id);
      case 'join':
        return chat.join(member, request.room, request);
      case 'leave':
        return chat.leave(member, request.room);
      case 'msg':
        return chat.directMessage(member, request.to, this.#body(request.body), request.id);
      case 'who':
        return chat.who(member, request.room);
      case 'history':
        return this.#history(member, request);
      case 'topic':
        return chat.setTopic(member, request.room, request.topic);
      case 'nick':
        return chat.rename(member, request.name);
      case 'rooms':
        return chat.rooms(member);
    }
  }

  /** Later requests do not wait for it: the member has a queue of its own for such reads. */
  #history(member: Member, { room, before, limit }: ClientMessage & { type: 'history' }): void {
    this.chat.history(member, room, before, limit).catch((error) => this.refuse(error, { room }));
  }

  #body(said: string): string {
    const { maxMessage } = this.chat.options;
    if (said.length > maxMessage) throw tooLong(maxMessage);
    // A character has at most three bytes for each of its UTF-16 units: most need no counting.
    if (said.length * 3 > maxMessage && new TextEncoder().encode(said).length > maxMessage) throw tooLong(maxMessage);
    return said;
  }
}

/** True if the first byte is a brace, maybe after a byte-order mark. */
function beginsInBrace(first: Uint8Array): boolean | undefined {
  return startsWith(first, brace) || startsWith(first, markedBrace);
}
