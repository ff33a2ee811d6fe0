import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './cli.js';
import { removeFolder } from './folder.js';
import { missing } from './peers.js';

/** Why there are no terminals to test in; undefined where there are. */
export const noTerminals = missing('tmux');
/** The same for the title of a test. */
export const ifTerminals = noTerminals ? ` (skipped: ${noTerminals})` : '';

/** A real terminal of 80 by 24, in which a shell command runs. It is gone after the test. */
export class Terminal {
  readonly folder = mkdtempSync(join(tmpdir(), 'wireline-terminal-'));
  /** In the folder, so that nothing of it stays. */
  readonly #socket = join(this.folder, 'tmux');

  /** The words after `wireline` are for the shell: `talk --listen 0 > "$OUT"`. `$OUT` is what {@link printed} reads. */
  constructor(words: string | undefined, before = '') {
    if (words === undefined) return;
    const script = [
      `OUT='${join(this.folder, 'out')}'`,
      // Control-C is for the command: the shell goes on.
      'trap : INT',
      'stty -a > "$OUT.before"',
      `${before}'${process.execPath}' dist/cli.cjs ${words}`,
      'echo $? > "$OUT.status"',
      'stty -a > "$OUT.after"',
      'echo it is over',
      'exec sleep 300',
    ];
    this.open(script.join('\n'));
  }

  /** Opens the terminal, and runs a script in it. */
  protected open(script: string): void {
    const file = join(this.folder, 'script');
    writeFileSync(file, script);
    this.#tmux('-f', '/dev/null', '-u', 'new-session', '-d', '-x', '80', '-y', '24', `sh '${file}'`);
    onTestFinished(() => {
      this.#tmux('kill-server');
      removeFolder(this.folder);
    });
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args]).toString();
  }

  /** Presses keys, by the names that tmux has for them: `Enter`, `C-d`, `Left`. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** Types a text as it is. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  /** Types a text and Enter. */
  enter(text: string): void {
    this.type(text);
    this.press('Enter');
  }

  /** Pastes a text all at once, in brackets where the program has asked for them. */
  paste(text: string): void {
    const file = join(this.folder, 'paste');
    writeFileSync(file, text);
    this.#tmux('load-buffer', file);
    this.#tmux('paste-buffer', '-p');
  }

  /** The process of the command; undefined where it has ended. */
  get pid(): number | undefined {
    const shell = this.variable('pane_pid');
    const children = `/proc/${shell}/task/${shell}/children`;
    const [pid] = existsSync(children)
      ? readFileSync(children, 'utf8').trim().split(' ')
      : execFileSync('pgrep', ['-P', shell]).toString().split('\n');
    return pid ? Number(pid) : undefined;
  }

  /** Sends the command a signal, unless it has ended. */
  signal(name: NodeJS.Signals): void {
    if (this.pid) process.kill(this.pid, name);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What tmux knows of the terminal: `alternate_on`, `cursor_flag` and the like (tmux(1), FORMATS). */
  variable(name: string): string {
    return this.#tmux('display-message', '-p', `#{${name}}`).trim();
  }

  /** What is to be seen, with lines that the screen has wrapped made whole, and no spaces at their ends. */
  get screen(): string {
    return this.#tmux('capture-pane', '-p', '-J').replace(/ +$/gm, '').trimEnd();
  }

  /** Waits until the screen has what `pattern` matches. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    let match: RegExpExecArray | null = null;
    await until(() => {
      match = pattern.exec(this.screen);
      return match !== null;
    }, `the screen has ${pattern}`).catch((error: Error) => {
      throw new Error(`${error.message}: ${this.screen}`);
    });
    return match as unknown as RegExpExecArray;
  }

  /** What the command has written to `$OUT`. */
  get printed(): string {
    return readFileSync(join(this.folder, 'out'), 'utf8');
  }

  /** Waits for the end of the command. Gives its status, and whether the terminal is as it was before. */
  async over(): Promise<{ status: number; restored: boolean }> {
    await this.shows(/^it is over$/m);
    const left = (name: string) => readFileSync(join(this.folder, `out.${name}`), 'utf8');
    return { status: Number(left('status')), restored: left('before') === left('after') };
  }
}

/** A terminal with an interactive shell, which controls jobs. */
export class Shell extends Terminal {
  constructor() {
    super(undefined);
    // A shell that edits no lines itself, so that the modes of the terminal are the command's.
    this.open("PS1='$ ' exec sh -i");
  }

  /** Whether the program in it reads keys, and not lines. */
  isRaw(): boolean {
    return execFileSync('stty', ['-a', '-F', this.variable('pane_tty')]).includes('-icanon');
  }
}
