import { ChatClient } from '../clients/chat.js';
import type { ChatListener } from '../clients/chat-options.js';
import type { WirelineError } from '../core/index.js';
import { type Address, systemClock } from '../transport/index.js';
import { say, setStatus } from './process.js';

/** What `wireline chat` is asked to do, on a terminal or in a pipe. */
export interface ChatCall {
  readonly address: Address;
  readonly name?: string;
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
export interface CalledChat {
  readonly client: ChatClient;
  /** Resolves when the client is done; rejects with why it cannot go on. */
  run(): Promise<void>;
  /** Says bye, so that the name is free at once, and gives up where the server does not answer. */
  leave(): void;
  /** Leaves, and has `run` reject with `error`. */
  fail(error: WirelineError): void;
}

/** Nothing that was said is lost without a word, whatever ended the chat: `failed`, unless that has set a status. */
export function tellUnsent({ unsent }: ChatClient): void {
  if (unsent === 0) return;
  say(`wireline: ${unsent} of the messages were not sent`);
  setStatus('failed');
}

/** Makes the client of a call. A signal makes it say bye first. */
export function calledChat(call: ChatCall, listener: ChatListener): CalledChat {
  const { address, signal, quiet, ...rest } = call;
  const gaveUp = new AbortController();
  const client = new ChatClient(address, { ...rest, clock: systemClock, signal: gaveUp.signal }, listener);
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
