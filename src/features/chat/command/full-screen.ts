import type { Colours } from '../terminal/row.js';

/**
 * Another screen than the shell's, pastes in brackets, a mouse wheel that presses no arrow keys, and no wrapping of what
 * is too long (xterm's control sequences).
 */
const enterCodes = '\x1b[?1049h\x1b[?2004h\x1b[?1007s\x1b[?1007l\x1b[?7l\x1b[m';
const leaveCodes = '\x1b[m\x1b[?2026l\x1b[?7h\x1b[?1007r\x1b[?2004l\x1b[?25h\x1b[?1049l';

/** Receives the events of the terminal. */
export interface FullScreenListener {
  input(text: string): void;
  resized(): void;
  /** The terminal shows what it showed before: everything must be painted anew. */
  restored(): void;
  /** The terminal is no more. */
  gone(): void;
}

/**
 * The whole terminal, for a program of its own. On every way out (the end, an error that nobody expected, a signal
 * that can be caught) it is given back as it was.
 */
export class FullScreen {
  #open = false;
  readonly #leave = () => this.#close();
  readonly #onInput = (text: string) => this.listener.input(text);
  readonly #onResize = () => this.listener.resized();
  readonly #onGone = () => this.listener.gone();
  readonly #onContinue = () => {
    if (this.#open) this.#restore();
  };

  constructor(readonly listener: FullScreenListener) {}

  get columns(): number {
    return process.stdout.columns || 80;
  }

  get rows(): number {
    return process.stdout.rows || 24;
  }

  /** The colours that Node finds by NO_COLOR, TERM and COLORTERM. Over ssh COLORTERM is missing, and Node does not know the terminals named here. */
  get colours(): Colours {
    const depth = process.stdout.getColorDepth();
    const { NO_COLOR, TERM = '' } = process.env;
    if (depth >= 8 || (!NO_COLOR && /^(alacritty|contour|foot|ghostty|kitty|rio|wezterm|xterm-ghostty)\b/.test(TERM)))
      return 'many';
    return depth >= 4 ? 'basic' : 'none';
  }

  open(): void {
    process.on('exit', this.#leave);
    process.on('SIGHUP', this.#onGone);
    process.on('SIGCONT', this.#onContinue);
    process.stdout.on('error', this.#onGone);
    process.stdout.on('resize', this.#onResize);
    process.stdin.on('error', this.#onGone);
    process.stdin.on('end', this.#onGone);
    process.stdin.setEncoding('utf8').on('data', this.#onInput);
    this.#restore();
  }

  write(text: string): void {
    if (this.#open && text !== '') process.stdout.write(text);
  }

  /** Gives the terminal back. May be called again. */
  close(): void {
    this.#close();
    process.stdin.off('data', this.#onInput).pause();
    process.stdout.off('resize', this.#onResize);
  }

  /** Control-Z: the shell gets the terminal until it continues us. */
  suspend(): void {
    this.#close();
    process.kill(0, 'SIGTSTP');
    // We are here again once we are continued; at once where there is no shell that could do so.
    setTimeout(() => this.#restore(), 10);
  }

  #restore(): void {
    this.#open = true;
    // After `kill -STOP` and `fg` the shell has changed the modes, and Node takes the terminal for raw still.
    process.stdin.setRawMode(false);
    process.stdin.setRawMode(true);
    process.stdout.write(enterCodes);
    // Only who has the terminal is told of its new size: we had not, so we tell Node to look.
    process.kill(process.pid, 'SIGWINCH');
    this.listener.restored();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      process.stdout.write(leaveCodes);
      process.stdin.setRawMode(false);
    } catch {
      // There is no terminal any more.
    }
  }
}
