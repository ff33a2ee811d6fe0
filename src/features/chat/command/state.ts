import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../../core/index.js';

/**
 * The memory of a chat client from one run to the next: its last server, and the secrets by which names are given back to
 * it. It is kept in files of the user alone, one for each secret, so that programs that run at once do not undo each other.
 * Where nothing can be kept there, nothing is remembered.
 */
export class SavedState {
  constructor(readonly folder: string = stateFolder()) {}

  /** The secret for a name at a server, made with the first call; undefined where none can be kept. */
  secretFor(address: string, name: string): string | undefined {
    const file = this.#secretFile(address, name);
    return this.#read(file) ?? this.#kept(file, crypto.randomUUID());
  }

  /** Keeps the secret for another name that the client has taken. */
  keepSecret(address: string, name: string, secret: string): void {
    this.#kept(this.#secretFile(address, name), secret);
  }

  /** The address of the server that was used last. */
  get last(): string | undefined {
    return this.#read('last-server');
  }

  set last(address: string) {
    this.#kept('last-server', address);
  }

  #secretFile(address: string, name: string): string {
    const hash = sha256();
    hash.update(Buffer.from(`${address}\n${name.toLowerCase().normalize('NFC')}`));
    return `secret-${hash.hex().slice(0, 32)}`;
  }

  #read(file: string): string | undefined {
    try {
      return readFileSync(join(this.folder, file), 'utf8').trim() || undefined;
    } catch {
      return undefined;
    }
  }

  /** Writes a file whole, and returns its content; undefined where it cannot be written. */
  #kept(file: string, content: string): string | undefined {
    const part = join(this.folder, `.${file}-${process.pid}`);
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      chmodSync(this.folder, 0o700);
      writeFileSync(part, `${content}\n`, { mode: 0o600, flag: 'wx' });
      renameSync(part, join(this.folder, file));
      return content;
    } catch {
      rmSync(part, { force: true });
      return undefined;
    }
  }
}

/** Where programs keep what they remember: the XDG Base Directory Specification, 0.8. */
function stateFolder(): string {
  const { XDG_STATE_HOME: own } = process.env;
  return join(own?.startsWith('/') ? own : join(home(), '.local', 'state'), 'wireline', 'chat');
}

/** A user whom the system does not know has no home: nothing can be kept there. */
function home(): string {
  try {
    return homedir();
  } catch {
    return '/nonexistent';
  }
}
