/**
 * One table of why a connection ended. The same words stand in the API, the log, the exit status and the
 * guide, so that what a program prints can be looked up. `again` says whether it makes sense to connect again
 * (`later` means after a wait), `ending` how the peer is told, and `status` is what a client's process exits with.
 */
export const reasons = {
  ended: { meaning: 'both sides said all they had to say', again: 'yes', ending: 'fin', status: 0 },
  shutdown: { meaning: 'the server is stopping', again: 'later', ending: 'reset', status: 1 },
  idle: { meaning: 'nothing was received for longer than the idle limit', again: 'yes', ending: 'reset', status: 4 },
  slow: { meaning: 'the peer does not read what it is sent', again: 'yes', ending: 'cut', status: 1 },
  stalled: { meaning: 'the peer stopped in mid-message while others waited', again: 'yes', ending: 'cut', status: 1 },
  'too-long': { meaning: 'a message is longer than the limit', again: 'yes', ending: 'fin', status: 1 },
  'too-many': { meaning: 'the limit of connections is reached', again: 'later', ending: 'reset', status: 1 },
  truncated: { meaning: 'the stream ended in mid-message', again: 'yes', ending: 'fin', status: 1 },
  protocol: { meaning: 'the peer sent what the protocol does not allow', again: 'no', ending: 'fin', status: 1 },
  refused: { meaning: 'the peer refused what was asked', again: 'no', ending: 'fin', status: 1 },
  reset: { meaning: 'the peer cut the connection', again: 'yes', ending: 'cut', status: 1 },
  unreachable: { meaning: 'no connection could be made', again: 'later', ending: 'cut', status: 3 },
  timeout: { meaning: 'a time limit passed', again: 'later', ending: 'cut', status: 4 },
  usage: { meaning: 'the arguments are wrong', again: 'no', ending: 'cut', status: 2 },
  unusable: { meaning: 'the address cannot be listened on', again: 'no', ending: 'cut', status: 3 },
  output: { meaning: 'the output is gone or full', again: 'no', ending: 'cut', status: 1 },
  input: { meaning: 'the input cannot be read', again: 'no', ending: 'cut', status: 1 },
  interrupted: { meaning: 'this side was told to stop before it was done', again: 'yes', ending: 'cut', status: 130 },
  failed: { meaning: 'something failed on this side', again: 'later', ending: 'cut', status: 1 },
} as const satisfies Record<string, ReasonEntry>;

/** A row of {@link reasons}. */
export interface ReasonEntry {
  /** The reason in words, as the log and the guide have it. */
  readonly meaning: string;
  /** May the client come again: at once, after a wait, or not before something is changed. */
  readonly again: 'yes' | 'later' | 'no';
  /**
   * The way in which the connection ends. `fin`: what was written is sent, then an orderly end. `reset`: what was written
   * is sent, then a reset (RFC 9293, section 3.10.7.4), so that the peer cannot take what it has, or what it
   * sent, for the whole. `cut`: a reset at once.
   */
  readonly ending: 'fin' | 'reset' | 'cut';
  /** The exit status of a client that ended for this reason. */
  readonly status: number;
}

/** Why a connection ended: a word of the table {@link reasons}. */
export type Reason = keyof typeof reasons;

/**
 * The one error class of the library. `code` is a word of the table {@link reasons}; `cause`, where there is
 * one, is the error of the system underneath. The message names what failed, where and why, on one line.
 */
export class WirelineError extends Error {
  override readonly name = 'WirelineError';

  constructor(
    readonly code: Reason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** True for a word of the table {@link reasons}. */
export function isReason(word: unknown): word is Reason {
  return typeof word === 'string' && Object.hasOwn(reasons, word);
}

/** Returns `error` itself if it is a {@link WirelineError} with a code of the table, and else one of `code` that has it as its cause. */
export function asWirelineError(error: unknown, code: Reason = 'failed'): WirelineError {
  if (!(error instanceof WirelineError)) return new WirelineError(code, textOf(error), { cause: error });
  if (isReason(error.code)) return error;
  return new WirelineError(code, `${notAReason(error.code)}: ${error.message}`, { cause: error });
}

/** The words for a code that is not in the table. */
export function notAReason(word: unknown): string {
  return `${typeof word === 'string' ? JSON.stringify(word) : textOf(word)} is not a reason, such as "ended" or "failed"`;
}

/** The message of an error, or the text of what else was thrown. Never throws. */
export function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'an object without a text';
  }
}
