import { isatty } from 'node:tty';
import { lineInput } from '../../../cli/line-input.js';
import { writeErr, writeNote } from '../../../cli/process.js';
import { lineOutput, standardInput } from '../../../cli/stdio.js';
import { type Input, type Output, printable, WirelineError } from '../../../core/index.js';
import type { ChatClient } from '../client/client.js';
import type { ChatListener, ChatState } from '../client/options.js';
import { describeGap, type Gap, roomKey } from '../client/positions.js';
import type { ClientMessage, ServerMessage } from '../protocol/messages.js';
import { plainEncoder } from '../server/dialects/plain-encoder.js';
import { jsonEventLine, plainLines } from './lines.js';
import type { ChatSessionOptions } from './session.js';
import { openChatSession, printUnsent } from './session.js';

/** Bytes of the longest line that is read; the server's own limit is lower. */
const maxLine = 16 * 1024 * 1024;
/** Sayings that may be on their way before stdin is read no further: fewer than a server takes at once. */
const maxUnsent = 64;

/** Answers that a person who types commands reads beside the messages of others. */
const answers = new Set<ServerMessage['type']>(['who', 'topic', 'nick', 'joined', 'rooms']);

/** The chat as a pipe: lines of stdin are said in the first room, what others say goes to stdout. */
export async function chatPipe(call: ChatSessionOptions, json: boolean): Promise<void> {
  const input = call.listenOnly
    ? silence
    : isatty(0)
      ? (await import('../../../cli/terminal.js')).typedInput()
      : standardInput();
  const pipe = new Pipe(call, json, isatty(0) && !json);
  const chat = openChatSession(call, pipe);
  // The write that fails pauses the client, and has to be over before it leaves.
  const output = lineOutput((error) => queueMicrotask(() => chat.fail(error)));
  pipe.begin({ client: chat.client, leave: chat.leave, fail: chat.fail }, lineInput(input, maxLine), output);
  try {
    await chat.run();
  } finally {
    printUnsent(chat.client);
  }
  if (pipe.refused > 0) {
    const lines = pipe.refused === 1 ? 'one of the lines was' : `${pipe.refused} of the lines were`;
    throw new WirelineError('refused', `${lines} refused`);
  }
}

/** An input that never comes to its end. */
const silence: Input = { read() {}, resume() {}, stop() {} };

interface Ends {
  readonly client: ChatClient;
  leave(): void;
  fail(error: WirelineError): void;
}

class Pipe implements ChatListener {
  /** Sayings that the server would not have. */
  refused = 0;
  #begun = false;
  #connected = false;
  #ended = false;
  /** The rooms that have answered, and the entry up to which each has something to tell that was said before. */
  readonly #behind = new Map<string, number>();
  readonly #rooms: ReadonlySet<string>;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #ends!: Ends;
  #input!: Input;
  #output!: Output;

  constructor(
    readonly call: ChatSessionOptions,
    readonly json: boolean,
    /** A person types the lines, and may type commands. */
    readonly typed: boolean,
  ) {
    this.#rooms = new Set(call.rooms.map(roomKey));
    this.#here = roomKey(call.rooms[0] as string);
    this.#named = call.rooms.length > 1;
  }

  /** The room in which lines are said. */
  #here = '';
  /** Others are in several rooms: what they say has the room before it. */
  #named = false;

  begin(ends: Ends, input: Input, output: Output): void {
    this.#ends = ends;
    this.#input = input;
    this.#output = output;
  }

  /** Stdin is not read before there is a connection: what is asked for then has no second try. */
  #begin(): void {
    if (!this.#begun && this.typed)
      writeNote('/quit or Control-D leaves; /nick NAME, /join ROOM and /who are commands too');
    this.#begun = true;
    const done = (error?: Error) => {
      if (error) this.#ends.fail(new WirelineError('input', `cannot read stdin: ${error.message}`, { cause: error }));
      this.#ended = true;
      this.#finish();
    };
    this.#input.read((line) => this.#onLine(this.#decoder.decode(line).replace(/\r$/, '')), done);
  }

  state(state: ChatState): void {
    this.#connected = state.at === 'connected';
    // The client joins its rooms right after it has told that it is connected.
    if (this.#connected) queueMicrotask(() => this.#readOn());
    if (state.at === 'waiting' && !this.call.quiet) {
      this.#warn(this.#begun ? `lost the server: ${state.why}; connecting again` : `${state.why}: waiting`);
    }
    if (state.at === 'closed') this.#input.stop();
  }

  message(message: ServerMessage, missed?: Gap): void {
    if (missed) this.#warn(describeGap(missed));
    this.#tell(this.json ? jsonEventLine(message) : plainLines(message, this.#ends.client.name, this.#named));
    if (this.typed && answers.has(message.type))
      writeNote(Buffer.from(plainEncoder.message(message)).toString().trimEnd());
    if (message.type === 'joined') this.#behind.set(message.room, message.last > message.after ? message.last : 0);
    if (message.type === 'entry' && message.number === this.#behind.get(message.room))
      this.#behind.set(message.room, 0);
    if (message.type === 'error') this.#onError(message);
    this.#finish();
  }

  said(_id: string, outcome: object, message: ServerMessage): void {
    if (this.json) this.#tell(jsonEventLine(message));
    if ('failed' in outcome) {
      this.refused++;
      this.#warn(`not said: ${outcome.failed}`);
    }
    this.#readOn();
    this.#finish();
  }

  /** No message of a server is shown as it is. */
  #warn(text: string): void {
    writeErr(`wireline: ${printable(text).replaceAll('\n', ' ')}`);
  }

  #tell(text: string): void {
    if (text === '' || this.#output.write(new TextEncoder().encode(text))) return;
    this.#ends.client.pause();
    this.#output.whenDrained(() => this.#ends.client.resume());
  }

  /** A client that cannot be in a room has nothing more to do. */
  #onError({ code, room, message }: ServerMessage & { type: 'error' }): void {
    // A notice that entries are gone answers no line.
    if (code === 'bad-message' || (this.json && code !== 'gone')) this.refused++;
    const isJoin = room !== undefined && this.#rooms.has(room) && !this.#behind.has(room);
    if (isJoin) this.#ends.fail(new WirelineError('refused', printable(`cannot join ${room}: ${message}`)));
    else if (!this.json) this.#warn(message);
  }

  #onLine(line: string): boolean {
    const message = this.json ? messageOf(line) : undefined;
    if (message === 'broken') this.#onBroken();
    else if (message) this.#pass(message);
    else if (this.typed && commandIn(line)) this.#command(line);
    else if (line !== '') this.#ends.client.say(this.#here, this.typed ? line.replace(/^\/\//, '/') : line);
    return this.#ready;
  }

  /** A message of a program that is cut in its middle is no text to say aloud: it may be private. */
  #onBroken(): void {
    this.refused++;
    this.#warn('not said: a line that begins with { must be one JSON object');
  }

  /** On a terminal that cannot be painted, a person types commands, as nc users do. */
  #command(line: string): void {
    const [, word = '', rest = ''] = /^\/?(\w+)\s*(.*)$/u.exec(line) ?? [];
    const { client } = this.#ends;
    if (word === 'Bye') client.say(this.#here, 'Bye');
    if (['Bye', 'q', 'quit'].includes(word)) return this.#ends.leave();
    if (word === 'nick' && rest !== '') return void client.ask({ type: 'nick', name: rest });
    if (word === 'who') return void client.ask({ type: 'who', room: rest || this.#here });
    if (word === 'join' && roomKey(rest) !== '') return this.#goTo(rest);
    if (word === 'topic' && rest !== '')
      return void client.ask({ type: 'topic', room: this.#here, topic: rest === '-' ? '' : rest });
    this.#warn(
      'here are /nick NAME, /join ROOM, /topic TEXT, /who [ROOM], /quit; //TEXT says a text that begins with a slash',
    );
  }

  /** Lines are said in another room from now on. */
  #goTo(room: string): void {
    this.#here = roomKey(room);
    this.#named = true;
    this.#ends.client.join(room);
  }

  /** A message of a program's own, which the client has to know of where it is about its rooms. */
  #pass(message: ClientMessage): void {
    const { client } = this.#ends;
    if (message.type === 'say' && typeof message.body === 'string' && typeof (message.id ?? '') === 'string') {
      this.#say(String(message.room ?? this.#here), message.body, message.id);
    } else if (message.type === 'join' && typeof message.room === 'string') client.join(message.room);
    else if (message.type === 'leave' && typeof message.room === 'string') client.leave(message.room);
    else if (message.type === 'bye') this.#ends.leave();
    else client.ask(message);
  }

  #say(room: string, body: string, id?: string): void {
    try {
      this.#ends.client.say(room, body, id);
    } catch (error) {
      this.refused++;
      this.#warn(`not said: ${(error as Error).message}`);
    }
  }

  get #ready(): boolean {
    return this.#connected && this.#ends.client.unsent < maxUnsent;
  }

  #readOn(): void {
    if (!this.#ready) return;
    if (this.#begun) this.#input.resume();
    else this.#begin();
  }

  /** After the end of stdin: all that was said is acknowledged, and what was said before us is told. */
  #finish(): void {
    if (!this.#ended || this.#ends.client.unsent > 0 || this.#behind.size < this.#rooms.size) return;
    if ([...this.#behind.values()].every((last) => last === 0)) this.#ends.leave();
  }
}

function commandIn(line: string): boolean {
  return line === 'Bye' || /^\/(?!\/)/.test(line);
}

/** The message in a line; undefined where it is a text to say. */
function messageOf(line: string): ClientMessage | 'broken' | undefined {
  if (!line.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as ClientMessage;
  } catch {
    return 'broken';
  }
}
