import type { Connection } from '../../../core/index.js';
import type { TextMessage } from '../../../framing/index.js';

/** A client and what it said before its group was complete. */
export interface RelayMember {
  readonly peer: Connection<TextMessage>;
  /** The line ending of its own messages, and so of those that it receives. */
  lineEnd: TextMessage['end'];
  kept: TextMessage[];
  keptBytes: number;
  /** It ended its side before the group was complete. */
  ended: boolean;
}

const encoder = new TextEncoder();

/** Clients that hear one another, from the first that arrives to the last that leaves. */
export class RelayGroup {
  /** True if all have arrived. */
  complete = false;
  #members: RelayMember[] = [];

  constructor(
    readonly size: number,
    readonly keep: number,
  ) {}

  join(peer: Connection<TextMessage>): RelayMember {
    const member: RelayMember = { peer, lineEnd: '\n', kept: [], keptBytes: 0, ended: false };
    this.#members.push(member);
    this.complete = this.#members.length === this.size;
    // The newcomer has to have its handler before it can be written to about others that end.
    if (this.complete) queueMicrotask(() => this.#deliverKept());
    return member;
  }

  say(member: RelayMember, message: TextMessage): void {
    member.lineEnd = message.end;
    if (!this.complete || member.kept.length > 0) return this.#keep(member, message);
    const others = this.#members.filter((other) => other !== member);
    const room = others.map((other) => write(other, message.bytes));
    if (isBye(message)) this.#close();
    else if (room.includes(false)) member.peer.pause();
  }

  /** A member has taken what it was sent: those that were paused for it go on, unless another is full. */
  resume(): void {
    for (const { peer } of this.#members) peer.resume();
  }

  end(member: RelayMember): void {
    member.ended = true;
    if (this.complete) this.leave(member);
    else if (member.kept.length === 0) member.peer.close('ended');
  }

  leave(member: RelayMember): void {
    if (!this.#members.includes(member)) return;
    this.#members = this.#members.filter((other) => other !== member);
    member.peer.close('ended');
    if (!this.complete) return;
    const notice = encoder.encode(this.size === 2 ? '* the other has left' : '* one has left');
    for (const other of this.#members) write(other, notice);
    if (this.#members.length < 2) this.#close();
  }

  #keep(member: RelayMember, message: TextMessage): void {
    member.kept.push({ bytes: new Uint8Array(message.bytes), end: message.end });
    member.keptBytes += message.bytes.length + 64;
    if (member.keptBytes >= this.keep) member.peer.pause();
  }

  #deliverKept(): void {
    for (const member of [...this.#members]) {
      const kept = member.kept;
      member.kept = [];
      for (const message of kept) if (this.#members.includes(member)) this.say(member, message);
      member.peer.resume();
      if (member.ended) this.leave(member);
    }
  }

  #close(): void {
    for (const { peer } of this.#members) peer.close('ended');
    this.#members = [];
  }
}

/** Sends a message as its receiver ends its own: a program that reads lines gets lines, also from one that sends none. */
function write({ peer, lineEnd }: RelayMember, bytes: Uint8Array): boolean {
  return peer.write({ bytes, end: lineEnd });
}

function isBye({ bytes }: TextMessage): boolean {
  return bytes.length === 3 && bytes[0] === 66 && bytes[1] === 121 && bytes[2] === 101;
}
