import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatLoad } from './chat-load.js';
import { type ChatWire, wires } from './chat-wire.js';

/** What all connections read into. */
const memory = Buffer.allocUnsafe(64 * 1024);
/** Begins a stamp in a body, and an id: neither is anywhere else in what a server sends. */
const stampMark = 64;
const idMark = 35;
const digits = 12;
/** Messages that are sent to learn their size: all have numbers of one digit. */
const weighed = 9;
/** Members whose messages are looked into for stamps. */
const sampled = 16;

interface Client {
  readonly socket: net.Socket;
  readonly at: number;
  /** One message after the other, to be sent in one write. */
  readonly messages: Buffer;
  readonly size: number;
  sent: number;
  acknowledged: number;
}

/**
 * A room full of members that only count bytes: the size of a message is found by sending some, so that nothing is
 * looked at while the server is measured, and the same generator serves for every protocol.
 */
export class ChatRoom {
  sent = 0;
  /** Milliseconds that sampled messages took; collected where it is there. */
  delays: number[] | undefined;
  readonly #wire: ChatWire;
  readonly #clients: Client[] = [];
  readonly #senders: Client[] = [];
  /** Bytes that each member has received since the room is quiet. */
  readonly #received: Float64Array;
  #entered = 0;
  #heardAnything = 0;
  /** Bytes of a message, without its number where it has one. */
  #size = 0;
  /** Whether who sends is sent its own messages. */
  #echoes = false;
  #acknowledgements = 0;
  #next = 0;
  /** The time in microseconds that is written into messages. */
  #stamp = 0;
  #scheduled = false;
  #stopped = true;
  #onRead: (client: Client, bytes: number) => void = () => {};

  constructor(
    readonly load: ChatLoad,
    readonly onFailure: (message: string) => void,
  ) {
    this.#wire = wires[load.protocol];
    this.#received = new Float64Array(load.members + 1);
  }

  /** Connects everybody, waits until nothing comes any more, and finds the size of a message. */
  async enter(): Promise<void> {
    const { members, senders } = this.load;
    for (let at = 0; at < members; at++) {
      await this.#admit(at, this.#wire.enter(at), this.#wire.ready);
    }
    if (senders === 'one') await this.#admit(members, (this.#wire.hello ?? this.#wire.enter)(members), undefined);
    this.#senders.push(...(senders === 'one' ? this.#clients.slice(members) : this.#clients));
    await this.#quiet(500);
    await this.#weigh();
  }

  /** Sends, from now on. */
  begin(): void {
    this.#stopped = false;
    if (this.load.rate !== undefined) this.#sendAtRate(this.load.rate);
    else this.#turn();
  }

  /** Deliveries so far, or acknowledgements. */
  counted(): number {
    if (this.load.acknowledged) return this.#acknowledgements;
    let all = 0;
    for (let at = 0; at < this.load.members; at++) all += this.#messagesIn(this.#received[at] as number);
    return all;
  }

  /** Stops sending, and fails where a member does not get all. */
  async finish(): Promise<void> {
    this.#stopped = true;
    // What still comes after 5 s is late, and not lost.
    let missing = this.#missing();
    for (let before = -1, tries = 0; missing > 0 && missing !== before; tries++) {
      if (tries === 5) return;
      before = missing;
      await sleep(1000);
      missing = this.#missing();
    }
    if (missing > 0) this.onFailure(`${missing} of ${this.sent * this.load.members} deliveries were lost`);
  }

  #missing(): number {
    if (this.load.acknowledged) return this.sent - this.#acknowledgements;
    let missing = 0;
    for (let at = 0; at < this.load.members; at++) {
      const own = this.#echoes ? 0 : (this.#clients[at] as Client).sent;
      missing += Math.max(0, this.sent - own - Math.round(this.#messagesIn(this.#received[at] as number)));
    }
    return missing;
  }

  async #admit(at: number, greeting: Uint8Array, ready: string | undefined): Promise<void> {
    const entered = this.#entered;
    let heard = '';
    const join = (client: Client, bytes: number) => {
      if (ready === undefined || client.at !== at || this.#entered > entered) return;
      heard += memory.toString('latin1', 0, bytes);
      if (heard.includes(ready)) this.#entered++;
    };
    this.#onRead = join;
    const client = this.#connect(at, () => {
      if (greeting.length > 0) client.socket.write(greeting);
      if (ready === undefined) this.#entered++;
    });
    this.#clients.push(client);
    for (let tries = 0; this.#entered === entered; tries++) {
      if (tries > 10_000) this.onFailure(`member ${at + 1} was not let in`);
      await (tries < 1000 ? new Promise(setImmediate) : sleep(1));
    }
  }

  #connect(at: number, onConnect: () => void): Client {
    const callback = (bytes: number): boolean => {
      this.#heardAnything++;
      this.#received[at] = (this.#received[at] as number) + bytes;
      this.#onRead(client, bytes);
      return true;
    };
    const options = { host: '127.0.0.1', port: this.load.port, noDelay: true };
    const socket = net.connect({ ...options, onread: { buffer: memory, callback } }, onConnect);
    socket.on('error', (error) => this.onFailure(error.message));
    socket.on('close', () => this.onFailure(`the server closed connection ${at + 1}`));
    const client = { socket, at, ...this.#messagesOf(at), sent: 0, acknowledged: 0 };
    return client;
  }

  #messagesOf(at: number): Pick<Client, 'messages' | 'size'> {
    const body = `@${'0'.repeat(digits)}${'x'.repeat(63 - digits)}`;
    const id = this.load.acknowledged ? `#${'0'.repeat(digits)}` : undefined;
    const one = Buffer.from(this.#wire.say(at, body, id));
    const { window, acknowledged, senders, members } = this.load;
    const share = senders === 'one' || acknowledged ? window : Math.max(weighed, Math.ceil(window / members));
    const most = senders === 'all' || at === members ? share : 0;
    return { messages: Buffer.concat(Array.from({ length: most }, () => one)), size: one.length };
  }

  /** Waits until nothing has come for `ms`. */
  async #quiet(ms: number): Promise<void> {
    for (let before = -1; before !== this.#heardAnything; await sleep(ms)) before = this.#heardAnything;
  }

  /** Sends a few messages and looks how many bytes come. */
  async #weigh(): Promise<void> {
    this.#onRead = (client, bytes) => this.#count(client, bytes);
    this.#received.fill(0);
    const [sender] = this.#senders as [Client];
    this.#say(sender, weighed);
    await this.#quiet(200);
    const other = this.#clients.findIndex((client) => client !== sender);
    // Rounded down, as a server may have a few more bytes to say just now: NATS pings.
    this.#size = Math.floor((this.#received[other] as number) / weighed) - (this.#wire.numbered ? 1 : 0);
    this.#echoes = (this.#received[sender.at] as number) > 0;
    if (this.#size < 64) this.onFailure('a message did not come');
  }

  #count(client: Client, bytes: number): void {
    if (this.load.acknowledged) this.#countAcknowledgements(client, bytes);
    if (this.delays && client.at < this.load.members && client.at % this.#every === 0) this.#readStamps(bytes);
    if (this.load.rate !== undefined || this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  get #every(): number {
    return Math.max(1, Math.floor(this.load.members / sampled));
  }

  /** Sends what the window lets pass. */
  #turn(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    if (this.load.acknowledged) {
      for (const client of this.#senders) this.#say(client, this.load.window - (client.sent - client.acknowledged));
      return;
    }
    this.#spread(this.load.window - (this.sent - this.#heardByAll()));
  }

  /** Has the senders send `count` messages in all, each about as many. */
  #spread(count: number): void {
    const share = Math.ceil(count / this.#senders.length);
    for (let left = count; left > 0; left -= share) {
      this.#say(this.#senders[this.#next] as Client, Math.min(left, share));
      this.#next = (this.#next + 1) % this.#senders.length;
    }
  }

  /** Messages that the slowest member has received. */
  #heardByAll(): number {
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at < this.load.members; at++) {
      const own = this.#echoes ? 0 : (this.#clients[at] as Client).sent;
      least = Math.min(least, (this.#received[at] as number) + own * this.#size);
    }
    return Math.floor(this.#messagesIn(least));
  }

  /** How many messages so many bytes are. The first has number 1. */
  #messagesIn(bytes: number): number {
    if (!this.#wire.numbered) return bytes / this.#size;
    let left = bytes;
    for (let length = 1, count = 0; ; length++) {
      const most = 9 * 10 ** (length - 1);
      const size = this.#size + length;
      if (left < most * size) return count + left / size;
      left -= most * size;
      count += most;
    }
  }

  #say(client: Client, count: number): void {
    if (count <= 0) return;
    const { acknowledged, rate } = this.load;
    let bytes = client.messages.subarray(0, count * client.size);
    // What waits in the socket is not to change.
    if (acknowledged || rate !== undefined) bytes = Buffer.from(bytes);
    for (let at = 0; at < count; at++) {
      if (acknowledged) mark(bytes, at * client.size, idMark, client.sent + at);
      if (rate !== undefined) mark(bytes, at * client.size, stampMark, this.#stamp);
    }
    client.socket.write(bytes);
    client.sent += count;
    this.sent += count;
  }

  #countAcknowledgements(client: Client, bytes: number): void {
    const read = memory.subarray(0, bytes);
    for (let at = read.indexOf(idMark); at !== -1; at = read.indexOf(idMark, at + 1)) {
      client.acknowledged++;
      this.#acknowledgements++;
    }
  }

  /** What is due by now, from the senders in turn; each message has the time of its writing in it. */
  #sendAtRate(rate: number): void {
    const [from, before] = [performance.now(), this.sent];
    const tick = setInterval(() => {
      if (this.#stopped) return clearInterval(tick);
      const now = performance.now();
      this.#stamp = Math.round(now * 1000);
      this.#spread(Math.min(this.load.window, Math.floor(((now - from) / 1000) * rate) - (this.sent - before)));
    }, 1);
  }

  #readStamps(bytes: number): void {
    const now = performance.now();
    const read = memory.subarray(0, bytes);
    for (let at = read.indexOf(stampMark); at !== -1; at = read.indexOf(stampMark, at + 1)) {
      if (at + digits >= bytes) break;
      let stamp = 0;
      for (let digit = at + 1; digit <= at + digits; digit++) stamp = stamp * 10 + (read[digit] as number) - 48;
      if (stamp > 0) this.delays?.push(now - stamp / 1000);
    }
  }
}

/** Writes `value` behind the first `sign` from `from` on. */
function mark(bytes: Buffer, from: number, sign: number, value: number): void {
  const at = bytes.indexOf(sign, from);
  let rest = value;
  for (let digit = at + digits; digit > at; digit--) {
    bytes[digit] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}
