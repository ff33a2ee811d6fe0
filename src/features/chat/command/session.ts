import { setStatus, writeErr } from '../../../cli/process.js';
import type { Address } from '../../../core/index.js';
import { printable, systemClock, type WirelineError } from '../../../core/index.js';
import { ChatClient } from '../client/client.js';
import type { ChatListener } from '../client/options.js';

/** The options of `wireline chat`, on a terminal or in a pipe. */
export interface ChatSessionOptions {
  readonly address: Address;
  readonly name?: string;
  /** The secret by which the name is given back. */
  readonly secret?: string;
  /** Waits for a name that is held for somebody's return. */
  readonly waitsForName?: boolean;
  /** Is called with each name that the server grants. */
  readonly onNamed?: (name: string) => void;
  readonly rooms: readonly string[];
  readonly replay?: number;
  readonly connectTimeoutMs: number;
  /** Says nothing on stderr of lost connections. */
  readonly quiet: boolean;
  /** Says nothing, and does not end with stdin. */
  readonly listenOnly: boolean;
  /** Raised by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Milliseconds that the server has to answer our bye. */
const byeMs = 2_000;

/** A chat's client, and the ways in which the command ends it. */
export interface ChatSession {
  readonly client: ChatClient;
  /** Resolves when the client is done; rejects with why it cannot go on. */
  run(): Promise<void>;
  /** Says bye, so that the name is free at once, and gives up where the server does not answer. */
  leave(): void;
  /** Leaves, and has `run` reject with `error`. */
  fail(error: WirelineError): void;
}

/** Nothing that was said is lost without a word, whatever ended the chat: `failed`, unless that has set a status. */
export function printUnsent({ unsentTexts }: ChatClient, drafts: readonly string[] = []): void {
  const count = unsentTexts.length;
  if (count > 0) {
    writeErr(`wireline: ${count === 1 ? 'one message was' : `${count} messages were`} not sent:`);
    setStatus('failed');
  }
  for (const text of unsentTexts) writeErr(quoted(text));
  if (drafts.length > 0) writeErr('wireline: typed, and not said:');
  for (const text of drafts) writeErr(quoted(text));
}

/** A text that may be pasted again, its lines set off from those of the program. */
function quoted(text: string): string {
  return printable(text).replaceAll(/^/gm, '  ');
}

/** Makes the client of a call. A signal makes it say bye first. */
export function openChatSession(call: ChatSessionOptions, listener: ChatListener): ChatSession {
  const { address, signal, quiet, onNamed = () => {}, ...rest } = call;
  const gaveUp = new AbortController();
  const heard: ChatListener = {
    state: (state) => listener.state?.(state),
    said: (id, outcome, message) => listener.said?.(id, outcome, message),
    message(message, missed) {
      if (message.type === 'welcome' || message.type === 'nick') onNamed(client.name);
      listener.message(message, missed);
    },
  };
  const client = new ChatClient(address, { ...rest, clock: systemClock, signal: gaveUp.signal }, heard);
  let failure: WirelineError | undefined;
  let left = false;
  const leave = () => {
    left = true;
    client.close();
    // Whatever it waits for, it waits for the server's answer now.
    client.resume();
    setTimeout(() => gaveUp.abort(), byeMs).unref();
  };
  const run = async () => {
    signal.addEventListener('abort', leave, { once: true });
    await client.run().catch((error) => {
      if (!left) throw error;
    });
    if (failure) throw failure;
  };
  const fail = (error: WirelineError) => {
    failure ??= error;
    leave();
  };
  return { client, run, leave, fail };
}
