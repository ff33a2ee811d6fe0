import {
  bytesOf,
  type Clock,
  type Closed,
  type Codec,
  type Connection,
  concat,
  type Handler,
  type Output,
  retain,
  systemClock,
  type Timer,
  WirelineError,
} from '../../core/index.js';
import { framed, type TextMessage, type TextOptions, text, withByte, withNewline } from '../../framing/index.js';
import type { AddressLike, DialOptions } from '../../net/index.js';
import { ProgressLimit } from '../../net/limits/progress.js';
import { inputError, type Outcome, runClient } from '../../net/run-client.js';

/** Where {@link ask} gets its messages: typed lines, a file, a count. */
export interface RequestSource {
  /**
   * Calls `take` once, now or later, with the next message, or with undefined when there are no more, and with
   * an error where the messages ended because of one.
   */
  next(take: (message: Uint8Array | undefined, error?: Error) => void): void;
  /** Gives up a `next` that is waiting. */
  stop?(): void;
}

/** Options of {@link ask}. */
export interface AskOptions extends DialOptions {
  /** Messages in flight at a time (default 1). */
  readonly pipeline?: number;
  /** The framing of messages and replies (default {@link textReplies}). */
  readonly phrasing?: ReplyFraming;
  /** Called after each message that has been answered, once its reply has been written. */
  readonly onAnswered?: () => void;
  /** True if the first line of the server is a greeting: nothing is asked before it, and it is not written. */
  readonly skipGreeting?: boolean;
  /**
   * Milliseconds in which a server that is waited for may neither send nor take anything (default 60,000; 0: any time).
   * After that, `ask` rejects with `timeout`.
   */
  readonly timeoutMs?: number;
  /** Measures the times (default: the clock of the process). */
  readonly clock?: Clock;
}

/** A framing as a client that asks uses it. */
export interface ReplyFraming {
  /** Sends bytes, and cuts what comes back into replies. */
  readonly codec: Codec<Uint8Array>;
  /** Replies that a message is to have. */
  replies(message: Uint8Array): number;
  /** True if replies are written as they are, and not each with a newline. */
  readonly bare?: boolean;
}

const LF = 10;
const CR = 13;
/** Milliseconds that a server has to close, once it has answered all. Not every server does. */
const farewellMs = 1_000;

/**
 * Sends each message, waits for its reply and writes it, as a rule with a newline, to `output`; `pipeline` messages may
 * be on their way at a time, and their replies come in order. After the last reply it half-closes, and gives the server
 * a second to close. Rejects where the server is gone before it has answered.
 */
export async function ask(
  questions: RequestSource,
  output: Output,
  address: AddressLike,
  options: AskOptions = {},
): Promise<void> {
  try {
    await runClient(address, options, (bytePeer, outcome) => {
      const phrasing = options.phrasing ?? textReplies();
      const service = framed(
        phrasing.codec,
        (peer) => new Asking(peer, outcome, questions, output, phrasing, options),
        { views: true },
      );
      return service(bytePeer);
    });
  } finally {
    questions.stop?.();
  }
}

class Asking implements Handler {
  /** Replies that each message in flight has still to get, oldest first. */
  readonly #awaited: number[] = [];
  #fetching = false;
  #exhausted = false;
  #greeting: boolean;
  readonly #limit: ProgressLimit;
  #farewell: Timer | undefined;

  constructor(
    readonly peer: Connection,
    readonly outcome: Outcome,
    readonly questions: RequestSource,
    readonly output: Output,
    readonly phrasing: ReplyFraming,
    readonly options: AskOptions,
  ) {
    const { skipGreeting = false, timeoutMs = 60_000, clock = systemClock } = options;
    this.#greeting = skipGreeting;
    this.#limit = new ProgressLimit({
      ...{ peer, timeoutMs, clock },
      waits: () => this.#greeting || this.#awaited.length > 0,
      fail: (error) => outcome.fail(error),
    });
    if (!this.#greeting) this.#fetch();
  }

  data(reply: Uint8Array): void {
    this.#limit.moved();
    if (this.#greeting) {
      this.#greeting = false;
      return this.#fetch();
    }
    if (!this.output.write(this.phrasing.bare ? reply : withNewline(reply))) {
      this.peer.pause();
      this.output.whenDrained(() => this.peer.resume());
    }
    this.#count();
  }

  close({ reason }: Closed): void {
    // A server that stops has answered all the same.
    if (reason === 'reset' && this.#exhausted && this.#awaited.length === 0) this.outcome.done();
    this.#limit.stop();
    this.#farewell?.stop();
  }

  end(): void {
    // The end may be what has ended the last reply: whether there is more to ask is known a moment later.
    queueMicrotask(() => {
      if (this.#exhausted && this.#awaited.length === 0) this.output.whenDrained(() => this.outcome.done());
      else this.outcome.fail(new WirelineError('reset', this.#unanswered()));
    });
  }

  #count(): void {
    const [left = 0] = this.#awaited;
    // A reply that nobody asked for is shown, and counts for nothing.
    if (left > 1) this.#awaited[0] = left - 1;
    else if (this.#awaited.shift() !== undefined) this.options.onAnswered?.();
    this.#fetch();
  }

  #fetch(): void {
    if (this.#exhausted) return this.#endWhenAnswered();
    if (this.#fetching || this.#awaited.length >= (this.options.pipeline ?? 1)) return;
    this.#fetching = true;
    // A source that answers at once would otherwise call itself, message after message.
    queueMicrotask(() => this.questions.next((message, error) => this.#ask(message, error)));
  }

  #ask(bytes: Uint8Array | undefined, error?: Error): void {
    this.#fetching = false;
    if (error) return this.outcome.fail(inputError(error));
    if (this.peer.state !== 'open') return;
    if (bytes === undefined) this.#exhausted = true;
    else {
      this.#awaited.push(this.phrasing.replies(bytes));
      this.#limit.moved();
      this.peer.write(bytes);
    }
    this.#fetch();
  }

  #endWhenAnswered(): void {
    if (this.#awaited.length > 0 || this.#farewell) return;
    const { clock = systemClock } = this.options;
    this.output.whenDrained(() => {
      this.peer.end();
      this.#farewell ??= clock.after(farewellMs, () => this.output.whenDrained(() => this.outcome.done()));
    });
  }

  #unanswered(): string {
    const count = this.#awaited.length;
    if (count === 0) return `${this.peer.remote} closed the connection`;
    return `${this.peer.remote} closed before it had answered ${count === 1 ? 'a message' : `${count} messages`}`;
  }
}

/**
 * The pauses that end a reply: shorter ones for a server that sends no newlines, so that it need not be waited for, and
 * always the same, as a reply that is cut in two would be counted twice.
 */
export const replyPauses = {
  leastPauseMs: Number.POSITIVE_INFINITY,
  afterLinesMs: 1_000,
} as const satisfies TextOptions;

/**
 * Text as a client speaks it. A message is sent with `lineEnd` after it, unless it has one; one with newlines in it is
 * several lines, and has as many replies. `framing` is the {@link text} to read replies with.
 */
export function textReplies(
  framing: Codec<TextMessage> = text(replyPauses),
  lineEnd: '' | '\n' | '\r\n' = '\n',
): ReplyFraming {
  return {
    codec: asBytes(framing, Buffer.from(lineEnd)),
    replies(message) {
      let count = endsInNewline(message) ? 0 : 1;
      for (let at = message.indexOf(LF); at !== -1; at = message.indexOf(LF, at + 1)) count++;
      return count;
    },
  };
}

/** A framing that keeps its messages apart whatever is in them: one reply a message, which may be written `bare`. */
export function verbatimReplies(codec: Codec<Uint8Array>, bare = false): ReplyFraming {
  return { codec, replies: () => 1, bare };
}

/** Replies as bytes: a CR before the newline is part of a reply. */
function asBytes(framing: Codec<TextMessage>, lineEnd: Uint8Array): Codec<Uint8Array> {
  return {
    name: framing.name,
    decoder: (emit) => framing.decoder(({ bytes, end }) => emit(end === '\r\n' ? withByte(bytes, CR) : bytes)),
    encode(sent) {
      const message = bytesOf(sent);
      return endsInNewline(message) ? message : concat([message, lineEnd]);
    },
    retain: retain,
  };
}

function endsInNewline(bytes: Uint8Array): boolean {
  return bytes[bytes.length - 1] === LF;
}
