import { begin } from '../core/begin.js';
import { type Connection, type Service, type Sync, wrapHandler } from '../core/index.js';

/** Telnet's commands (RFC 854), and the options that matter here (RFC 856, RFC 860). */
const [SE, AYT, EC, EL, SB, WILL, WONT, DO, DONT, IAC] = [240, 246, 247, 248, 250, 251, 252, 253, 254, 255] as const;
const binary = 0;
const [NUL, BS, LF, CR, DEL] = [0, 8, 10, 13, 127] as const;
/** Bytes of a line that can still be edited. */
const editable = 4096;
/** Bytes that a peer may leave untaken before its questions are no longer answered. */
const maxBacklog = 16 * 1024;
const here = '\r\n[wireline is here]\r\n';

/** Options of {@link telnet}. */
export interface TelnetOptions {
  /** True if commands count only where the connection begins with one: for messages that may have any bytes (default: false). */
  readonly onlyFromStart?: boolean;
}

/**
 * A layer for services of text, so that a telnet client is served as a plain one: it takes telnet's commands out of what
 * comes and answers them. Options are refused, but for 8-bit bytes; `AYT` gets a line. A client that has sent a command
 * may end its lines by CR NUL, and edit them by backspace. A byte 255 that begins no command is data, and is in no UTF-8.
 */
export function telnet(service: Service, { onlyFromStart = false }: TelnetOptions = {}): Service {
  return (peer) => {
    const handler = begin(service, peer);
    const commands = new Commands(peer);
    let looks: boolean | undefined = onlyFromStart ? undefined : true;
    return wrapHandler(handler, {
      data(bytes) {
        looks ??= bytes[0] === IAC;
        return looks ? commands.take(bytes, (text) => handler.data(text)) : handler.data(bytes);
      },
      end() {
        const rest = commands.rest();
        if (rest.length > 0) handler.data(rest);
        return handler.end ? handler.end() : peer.end();
      },
    });
  };
}

type State = 'text' | 'command' | 'option' | 'sub' | 'sub-command';

class Commands {
  #state: State = 'text';
  #verb = 0;
  /** The client has sent a command. */
  #negotiated = false;
  /** Options that were agreed on, which are not answered again. */
  readonly #agreed = new Set<number>();
  /** The text that is ready to be passed on, and the line of a telnet client that can be edited. */
  #text: number[] = [];
  #line: number[] = [];
  #afterCr = false;

  constructor(readonly peer: Connection) {}

  take(bytes: Uint8Array, pass: (text: Uint8Array) => Sync): Sync {
    if (!this.#negotiated && this.#state === 'text' && !bytes.includes(IAC)) return pass(bytes);
    for (const byte of bytes) this.#byte(byte);
    const text = this.#text;
    this.#text = [];
    return text.length > 0 ? pass(Uint8Array.from(text)) : undefined;
  }

  /** The bytes that are held of an unfinished line, and of a command that never came. */
  rest(): Uint8Array {
    if (this.#state === 'command') this.#line.push(IAC);
    return Uint8Array.from(this.#line.splice(0));
  }

  #byte(byte: number): void {
    switch (this.#state) {
      case 'text':
        if (byte === IAC) this.#state = 'command';
        else this.#add(byte);
        return;
      case 'command':
        return this.#command(byte);
      case 'option':
        this.#state = 'text';
        return this.#answer(this.#verb, byte);
      case 'sub':
        if (byte === IAC) this.#state = 'sub-command';
        return;
      case 'sub-command':
        this.#state = byte === SE ? 'text' : 'sub';
    }
  }

  #command(byte: number): void {
    this.#state = 'text';
    if (byte === IAC && this.#negotiated) return this.#add(IAC);
    if (byte < SE || byte === IAC) {
      // It was no command.
      this.#add(IAC);
      return this.#add(byte);
    }
    this.#negotiated = true;
    this.#verb = byte;
    if (byte === SB) this.#state = 'sub';
    else if (byte >= WILL) this.#state = 'option';
    else if (byte === AYT) this.#say(here);
    else if (byte === EC) this.#erase();
    else if (byte === EL) this.#line = [];
  }

  /** Answers a request (RFC 855): what is refused, or asked anew, gets an answer, and an answer gets none. */
  #answer(verb: number, option: number): void {
    const yes = option === binary;
    if (verb === DO && !this.#agreed.has(option)) this.#say(Uint8Array.of(IAC, yes ? WILL : WONT, option));
    else if (verb === WILL && !this.#agreed.has(~option)) this.#say(Uint8Array.of(IAC, yes ? DO : DONT, option));
    if (yes && verb === DO) this.#agreed.add(option);
    if (yes && verb === WILL) this.#agreed.add(~option);
  }

  #say(words: Uint8Array | string): void {
    if (this.peer.backlog < maxBacklog) this.peer.write(words);
  }

  #add(byte: number): void {
    if (!this.#negotiated) {
      this.#text.push(byte);
      return;
    }
    const afterCr = this.#afterCr;
    this.#afterCr = byte === CR;
    if (byte === BS || byte === DEL) this.#erase();
    else if (byte === NUL && afterCr) this.#endLine(LF);
    else if (byte === LF) this.#endLine(LF);
    else if (this.#line.push(byte) >= editable) this.#flush();
  }

  #endLine(byte: number): void {
    this.#line.push(byte);
    this.#flush();
  }

  #flush(): void {
    for (const byte of this.#line) this.#text.push(byte);
    this.#line = [];
  }

  /** Takes back a character, which in UTF-8 may be several bytes. */
  #erase(): void {
    let byte: number | undefined;
    do byte = this.#line.pop();
    while (byte !== undefined && (byte & 0xc0) === 0x80);
  }
}
