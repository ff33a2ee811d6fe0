import { type ClientMessage, chatVersion, type ServerMessage } from '../protocol/messages.js';

/** Code points that a name may have. */
const longest = 32;
/** Milliseconds before another name is tried. */
const soon = 100;
/** Names that are tried, beside our own, before the server gives one. */
const mostTries = 3;

/**
 * The name of a chat client. A name that a server has given to somebody else, as one may that was started again, costs no
 * place: the client goes on under another, as IRC's do.
 */
export class Naming {
  /** Milliseconds to wait before the next try; undefined where any wait will do. */
  waits: number | undefined;
  readonly #session = crypto.randomUUID();
  #tries = 0;
  #waited = false;
  #lost: string | undefined;

  constructor(
    public name: string | undefined,
    /** Waits once for a name that is held. */
    readonly patient: boolean,
  ) {}

  /** The name is taken. Returns how long to wait before the next try; undefined where there is none. */
  refused({ message, waitMs }: ServerMessage & { type: 'error' }, known: boolean): number | undefined {
    if (!known || this.#waited) return this.#waitsFor(waitMs);
    this.#lost ??= message;
    this.name = this.#tries++ < mostTries ? `${[...(this.name ?? '')].slice(0, longest - 1).join('')}_` : undefined;
    return soon;
  }

  /** The server lets us in. Returns words for the user where that is under another name than it had. */
  granted(name: string): string | undefined {
    const lost = this.#lost;
    this.name = name;
    this.#lost = undefined;
    this.#tries = 0;
    this.#waited = false;
    return lost === undefined ? undefined : `${lost}: you are ${name} now`;
  }

  /** The first message of a connection. */
  hello(secret: string): ClientMessage {
    const named = this.name ? { name: this.name } : {};
    return { type: 'hello', version: chatVersion, secret, session: this.#session, pong: true, ...named };
  }

  /** The wait that was asked for, once. */
  takeWait(): number | undefined {
    const ms = this.waits;
    this.waits = undefined;
    return ms;
  }

  #waitsFor(waitMs: number | undefined): number | undefined {
    if (!this.patient || this.#waited || waitMs === undefined) return undefined;
    this.#waited = true;
    return Math.min(waitMs, 2 ** 31 - 2) + soon;
  }
}
