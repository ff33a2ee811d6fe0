import { AddressBuckets } from '../../../core/bucket.js';
import { Budget, type Connection } from '../../../core/index.js';
import { memoryDirectory } from '../directory/memory.js';
import type { Directory } from '../protocol/directory.js';
import type { ChatEvent } from '../protocol/events.js';
import type { Bounds } from '../protocol/journal.js';
import type { Joined, SentEntry } from '../protocol/messages.js';
import { casefold, parseNick, parseRoomName } from '../protocol/names.js';
import { failureText, Refusal } from '../protocol/refusal.js';
import type { Encoder } from './encoder.js';
import { publishChat } from './events.js';
import { FairQueue } from './fair-queue.js';
import { lastEntries } from './history.js';
import { Member } from './member.js';
import { type ChatServerOptions, defaults, type ResumePoint } from './options.js';
import { type RateLimited, RateLimiter } from './rate-limiter.js';
import { Room } from './room.js';

/** A client's request to enter the chat. */
export interface LoginRequest {
  readonly name?: string;
  readonly secret?: string;
  readonly session?: string;
}

/** Entries that one request for history gives, at most. */
const maxHistory = 200;
/** Milliseconds over which a stopping server spreads the return of its clients: one for each, up to this. */
const longestSpreadMs = 5_000;

/**
 * A chat: who is there, under which name, and in which rooms. It knows no dialect: each asks it for what its
 * clients want, and is told in turn by its {@link Encoder}. What cannot be done is thrown as a {@link Refusal}.
 */
export class ChatServer {
  readonly options: Required<Omit<ChatServerOptions, 'directory'>>;
  /** The memory that all members hold. */
  readonly budget: Budget;
  readonly #addresses: AddressBuckets;
  readonly #directory: Directory;
  readonly #rooms = new Map<string, Room>();
  /** By their keys. */
  readonly #members = new Map<string, Member>();
  /** Members of this server by their names, folded: a message to one member must not look at all of them. */
  readonly #named = new Map<string, Member>();
  /** Reads of the journal, fair among the members. */
  readonly #reads = new FairQueue();

  constructor(options: ChatServerOptions) {
    this.options = { ...defaults, ...options };
    this.budget = new Budget(this.options.memory, this.options.clock);
    this.#addresses = new AddressBuckets(this.options.clock, this.options.rateLimit);
    this.#directory = options.directory ?? memoryDirectory(this.options);
  }

  /** The pace of a client, which its address shares in. */
  rateLimiterFor<T>({ address }: Connection, does: RateLimited<T>): RateLimiter<T> {
    return new RateLimiter(this.options.clock, this.options.rateLimit, does, this.#addresses.enter(address));
  }

  /** Admits a client, under `name` or as a guest. With its `secret`, it gets back the name that is held for it. */
  async login(peer: Connection, encoder: Encoder, { name, secret, session }: LoginRequest = {}): Promise<Member> {
    const member = new Member(peer, encoder, this.options.maxBacklog, this.budget);
    member.owner = this.#fingerprint(secret ?? crypto.randomUUID());
    member.session = session;
    // It is known before it has its name, so that a claim of the same owner meanwhile finds it, and takes its place.
    this.#members.set(member.key, member);
    try {
      if (name === undefined) this.#bear(member, await this.#directory.claimGuest(member.owner, member.key));
      else await this.#claim(member, parseNick(name));
    } catch (error) {
      this.#members.delete(member.key);
      member.share.leave();
      throw error;
    }
    publishChat(() => ({ type: 'named', peer, name: member.name }));
    return member;
  }

  /** Gives a member a name, and lets go of the member that its owner has lost. */
  async #claim(member: Member, name: string): Promise<void> {
    const before = await this.#directory.claim(name, member.owner, member.key);
    this.#bear(member, name);
    const lost = before === undefined ? undefined : this.#members.get(before);
    if (lost) this.#replace(lost);
  }

  #bear(member: Member, name: string): void {
    this.#unname(member);
    member.name = name;
    this.#named.set(casefold(name), member);
  }

  /** Forgets the name of a member, unless another bears it by now. */
  #unname(member: Member): void {
    const key = casefold(member.name);
    if (this.#named.get(key) === member) this.#named.delete(key);
  }

  /**
   * The member that bears `name` with the same secret, and in another session: its connection may be lost, or it is another
   * program of the same user. Only an answer of its client tells which.
   */
  async rivalOf({ name, secret, session }: LoginRequest): Promise<Member | undefined> {
    if (name === undefined || secret === undefined) return undefined;
    const claim = await this.#directory.find(parseNick(name));
    if (claim?.owner !== this.#fingerprint(secret)) return undefined;
    const before = this.#members.get(claim.member ?? '');
    return before && (session === undefined || before.session !== session) ? before : undefined;
  }

  /** Lets a member go; with `hold`, its name is held for its return. Resolves when the name is released. */
  async logout(member: Member, hold: boolean): Promise<void> {
    if (!this.#members.delete(member.key)) return;
    this.#unname(member);
    for (const name of [...member.rooms.keys()]) this.leave(member, name);
    member.onDrain();
    member.share.leave();
    await this.#directory.release(member.name, member.key, hold, member.peer.address.host ?? 'unix');
  }

  /** Lets a member into a room. It receives `joined`, then what it missed or the last entries, then what is new. */
  async join(member: Member, name: string, position: ResumePoint = {}): Promise<void> {
    const key = parseRoomName(name);
    const topic = this.#rooms.get(key)?.topic ?? (await this.#directory.topic(key));
    if (member.gone) return;
    const { epoch } = this.options.journal;
    const { first, last } = this.#bounds(key);
    const room = this.#open(member, key);
    room.topic ||= topic;
    const { after = -1, replay = this.options.replay } = position;
    const recovered = position.epoch === epoch && after >= first - 1 && after <= last;
    const from = recovered ? after : Math.max(first - 1, last - Math.min(replay, this.options.replay), 0);
    const joined: Joined = {
      ...{ type: 'joined', room: room.name, epoch, first, last, after: from, recovered, members: room.size + 1 },
      ...(room.topic ? { topic: room.topic } : {}),
    };
    member.send(joined);
    const subscription = room.add(member, from);
    member.rooms.set(room.name, subscription);
    subscription.start();
  }

  leave(member: Member, name: string): void {
    const room = this.#roomOf(member, name);
    member.rooms.delete(room.name);
    room.remove(member);
    if (room.size > 0) return;
    this.#rooms.delete(room.name);
    // A topic lasts as long as somebody is in the room.
    if (room.topic) void this.#directory.setTopic(room.name, '');
  }

  say(member: Member, name: string, body: string, id?: string): void {
    this.#roomOf(member, name).say(member, body, id);
  }

  /** Tells one member what another says to it alone. It is not stored. */
  directMessage(member: Member, to: string, body: string, id?: string): void {
    const other = this.#named.get(casefold(to));
    if (!other) throw new Refusal('no-such-name', 'nobody of that name is here');
    const said = { type: 'msg', from: member.name, to: other.name, body, time: Date.now() } as const;
    other.send(said);
    member.send(id === undefined ? said : { ...said, id });
  }

  async rename(member: Member, name: string): Promise<void> {
    const shown = parseNick(name);
    const before = member.name;
    await this.#claim(member, shown);
    if (casefold(before) !== casefold(shown)) await this.#directory.release(before, member.key, false);
    // It may have gone meanwhile, under its name of before.
    if (!this.#members.has(member.key)) {
      this.#unname(member);
      return this.#directory.release(shown, member.key, false);
    }
    publishChat(() => ({ type: 'named', peer: member.peer, name: shown }));
    const renamed: ChatEvent = { type: 'nick', from: before, name: shown };
    if (member.rooms.size === 0) member.send(renamed);
    for (const room of member.rooms.keys()) this.#rooms.get(room)?.announce(renamed);
  }

  /** Tells a member who is in a room, also in one that it is not in. */
  who(member: Member, name: string): void {
    const key = member.rooms.has(name) ? name : parseRoomName(name);
    const names = [...(this.#rooms.get(key)?.members ?? [])].map((other) => other.name).sort();
    member.answer({ type: 'who', room: key, names });
  }

  rooms(member: Member): void {
    const rooms = [...this.#rooms.values()].map(({ name, size }) => ({ room: name, members: size }));
    member.answer({ type: 'rooms', rooms: rooms.sort((a, b) => b.members - a.members).slice(0, 1000) });
  }

  /** The topic of a room; empty where it has none. */
  topicOf(name: string): string {
    return this.#rooms.get(name)?.topic ?? '';
  }

  async setTopic(member: Member, name: string, topic: string): Promise<void> {
    const room = this.#roomOf(member, name);
    if ([...topic].length > 200) throw new Refusal('too-long', 'a topic has at most 200 characters');
    await this.#directory.setTopic(room.name, topic);
    room.topic = topic;
    room.announce({ type: 'topic', room: room.name, name: member.name, topic });
  }

  /** Tells a member entries before number `before`, or the last ones. */
  async history(member: Member, name: string, before = Infinity, limit = this.options.replay): Promise<void> {
    const room = this.#roomOf(member, name).name;
    const { journal } = this.options;
    member.unsettled();
    try {
      await member.enqueue(async () => {
        const paid = member.payer?.afford();
        if (paid) await paid;
        const { first } = this.#bounds(room);
        const count = Math.min(limit, maxHistory);
        const more = await this.#reads.add(async () => {
          if (member.gone) return false;
          const entries = await lastEntries(journal, room, before, count).catch(unread);
          const sent = entries.map(({ number, time, from, body }): SentEntry => ({ number, time, from, body }));
          return member.answer({ type: 'history', room, first, entries: sent });
        });
        // The next one is begun when this one was taken.
        if (!more) await member.drained();
      });
    } finally {
      member.settled();
    }
  }

  /**
   * Tells all members that the server stops, and when to come again, which is not the same for all; ends them once what
   * they said is acknowledged, and resolves then.
   */
  async shutdown(): Promise<void> {
    const spread = Math.min(longestSpreadMs, this.#members.size);
    const ends = [...this.#members.values()].map((member) => {
      member.send({ type: 'bye', reason: 'shutdown', again: 'later', waitMs: Math.round(Math.random() * spread) });
      return new Promise<void>((resolve) => {
        member.whenSettled(() => {
          member.peer.close('ended');
          resolve();
        });
      });
    });
    await Promise.all(ends);
  }

  #bounds(name: string): Bounds {
    try {
      return this.options.journal.bounds(name);
    } catch (error) {
      return unread(error);
    }
  }

  #open(member: Member, name: string): Room {
    if (member.rooms.has(name)) throw new Refusal('limit', `already in ${name}`);
    if (member.rooms.size >= this.options.maxRoomsEach) {
      throw new Refusal('limit', `a member is in at most ${this.options.maxRoomsEach} rooms`);
    }
    const known = this.#rooms.get(name);
    if (known && known.size >= this.options.maxMembers) throw new Refusal('limit', `${name} is full`);
    if (known) return known;
    if (this.#rooms.size >= this.options.maxRooms) throw new Refusal('limit', 'there are too many rooms');
    const room = new Room(name, this.options.journal, this.#reads);
    this.#rooms.set(name, room);
    return room;
  }

  #roomOf(member: Member, name: string): Room {
    // Spelling a name takes longer than all else that a message needs, and most are spelt as they are kept.
    const key = member.rooms.has(name) ? name : parseRoomName(name);
    const room = member.rooms.has(key) ? this.#rooms.get(key) : undefined;
    if (!room) throw new Refusal('not-in-room', `not in the room ${key}`);
    return room;
  }

  /** The owner has come again on another connection: the old one is lost, whether it knows or not. */
  #replace(before: Member): void {
    before.send({ type: 'bye', reason: 'replaced', again: 'no' });
    void this.logout(before, false);
    before.peer.close('refused');
  }

  #fingerprint(secret: string): string {
    const hash = this.options.hash();
    hash.update(new TextEncoder().encode(secret));
    return hash.hex().slice(0, 16);
  }
}

/** The journal failed. */
function unread(error: unknown): never {
  throw new Refusal('gone', `cannot be read: ${failureText(error)}`);
}
