import type { Connection, Handler, Service } from '../../../../core/index.js';
import { conversation, framed, type TextMessage, telnet, text } from '../../../../framing/index.js';
import { commandHelp, usageOf } from '../../protocol/commands.js';
import { Refusal } from '../../protocol/refusal.js';
import { closeFor, type Member } from '../member.js';
import type { ChatServer } from '../server.js';
import { Session } from '../session.js';
import { plainEncoder } from './plain-encoder.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const help = commandHelp('plain');

/** Plain text, for nc and telnet: a line is a message, and what begins with a slash is a command. */
export function plainDialect(chat: ChatServer): Service {
  return telnet((peer) => {
    const tooLong = () =>
      peer.write(plainEncoder.message({ type: 'notice', message: 'a line was too long, and is dropped' }));
    const codec = text({ ...conversation, max: chat.options.maxMessage, onTooLong: tooLong });
    return framed(codec, (lines) => new PlainSession(chat, peer, lines), { views: true, budget: chat.budget })(peer);
  });
}

/** Commands that wait until earlier answers are paid for. */
const asks = /^\/(join|who|rooms)\b/i;

class PlainSession extends Session<string> implements Handler<TextMessage> {
  #room = '';

  constructor(chat: ChatServer, peer: Connection, lines: Connection<TextMessage>) {
    super(chat, peer, lines);
    this.work(() => this.#greet(), '');
    // It waits for the login, and comes before what the client sends.
    this.limiter.take(`/join ${chat.options.lobby}`, 0, 'enters');
  }

  data({ bytes }: TextMessage): void {
    if (bytes.length === 0) return;
    const line = spoken(decoder.decode(bytes));
    this.limiter.take(line, bytes.length, asks.test(line) ? 'asked' : 'said');
  }

  async #greet(): Promise<void> {
    const member = await this.chat.login(this.peer, plainEncoder);
    if (!this.begin(member)) return;
    this.#notice(`welcome: you are ${member.name}. /nick NAME changes that; /help says more`);
  }

  #notice(message: string): void {
    this.member?.send({ type: 'notice', message });
  }

  /** The client as a member, which it is as soon as it was greeted. */
  get #member(): Member {
    if (!this.member) throw new Refusal('gone', 'the chat is not ready');
    return this.member;
  }

  protected handle(line: string): void | Promise<void> {
    if (line === 'Bye') return this.#bye();
    if (line.startsWith('//')) return this.#say(line.slice(1));
    return line.startsWith('/') ? this.#command(line) : this.#say(line);
  }

  protected refuse(error: unknown): void {
    if (this.member) this.member.refuse(error);
    else closeFor(this.peer, error);
  }

  #say(body: string): void {
    this.chat.say(this.#member, this.#here, body);
  }

  /** The room that it is in. */
  get #here(): string {
    if (this.#room === '') throw new Refusal('not-in-room', 'you are in no room: /join ROOM');
    return this.#room;
  }

  #command(line: string): void | Promise<void> {
    const [, command = '', rest = ''] = /^\/(\S*)\s*(.*)$/su.exec(line) ?? [];
    const { chat } = this;
    switch (command.toLowerCase()) {
      case 'nick':
        return chat.rename(this.#member, rest.trim());
      case 'join':
        return this.#join(rest.trim());
      case 'rooms':
        return chat.rooms(this.#member);
      case 'who':
        return chat.who(this.#member, rest.trim() || this.#here);
      case 'msg':
        return this.#whisper(rest);
      case 'history':
        return this.#history(rest.trim());
      case 'topic':
        return this.#topic(rest.trim());
      case 'help':
        return help.forEach((words) => void this.#notice(words));
      case 'quit':
      case 'q':
        return this.leave(this.#member);
      default:
        throw new Refusal('bad-message', `there is no command /${command}: /help says which there are`);
    }
  }

  #topic(topic: string): void | Promise<void> {
    if (topic !== '') return this.chat.setTopic(this.#member, this.#here, topic === '-' ? '' : topic);
    const known = this.chat.topicOf(this.#here);
    this.#notice(known ? `topic: ${known}` : 'there is no topic');
  }

  /** A member that types Bye in a room means to say it there. */
  #bye(): void {
    if (this.#room !== '') this.#say('Bye');
    this.leave(this.#member);
  }

  /** A plain client is in one room: it leaves the one that it was in. */
  async #join(name: string): Promise<void> {
    const before = this.#room;
    const member = this.#member;
    await this.chat.join(member, name);
    if (member.gone) return;
    if (before) this.chat.leave(member, before);
    this.#room = [...member.rooms.keys()].at(-1) ?? '';
  }

  #whisper(rest: string): void {
    const [, name = '', body = ''] = /^(\S+)\s+(.+)$/su.exec(rest) ?? [];
    if (!body) throw new Refusal('bad-message', usageOf('msg'));
    this.chat.directMessage(this.#member, name, body);
  }

  #history(count: string): void {
    if (count && !/^\d{1,6}$/.test(count)) throw new Refusal('bad-message', '/history [N], a number');
    const limit = count ? Number(count) : undefined;
    this.chat.history(this.#member, this.#here, undefined, limit).catch((error) => this.#member.refuse(error));
  }
}

/** A byte-order mark before a command is no part of it; in a message it is. */
function spoken(line: string): string {
  return /^\ufeff(\/|Bye$)/.test(line) ? line.slice(1) : line;
}
