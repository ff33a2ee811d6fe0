import type { Clock, Closed, Connection, Input, Output } from '../../../core/index.js';
import { type TextMessage, type TextOptions, withNewline } from '../../../framing/index.js';

/** Options of one end of a talk, for {@link talk}. */
export interface TalkOptions {
  /** The lines that are typed here: each chunk is a line, without its newline. */
  readonly lines: Input;
  /** Where what the other says is shown, one line per message. */
  readonly output: Output;
  readonly clock?: Clock;
  /** True if a person types the lines: then the other's leaving ends it at once, and else what is piped is still sent. */
  readonly typed: boolean;
  /** Strict alternation: who speaks first here, or undefined where both may speak at any time. */
  readonly turns?: 'first' | 'second';
  /** Told whose turn it is, where there are turns. */
  readonly onTurn?: (own: boolean) => void;
  /** Told why it is over, and how many lines were said here and could not be sent. */
  readonly onClosed?: (why: Closed, unsent: number) => void;
  /** The ending of each line (default: that of the other's lines, and a newline until a line has come). */
  readonly lineEnd?: TextMessage['end'];
  readonly text?: TextOptions;
}

/** Milliseconds that the other is given to finish after we have left, or piped lines to go on after it has. */
export const lastWordsMs = 500;
/** Lines that wait for their turn before no more are read. */
export const waitingLines = 256;
const decoder = new TextDecoder();
/** The line that an end sends when it leaves, for programs of text 4 that wait for the word. */
export const quitLine = new TextEncoder().encode('/q');

/** True if a line says that who sent it leaves. */
export function isQuit(line: Uint8Array): boolean {
  return line.length === 2 && decoder.decode(line) === '/q';
}

/** Shows a line; a peer that says more than can be shown is read no further for as long. */
export function showMessage({ bytes }: TextMessage, peer: Connection<TextMessage>, output: Output): void {
  if (output.write(withNewline(bytes))) return;
  peer.pause();
  output.whenDrained(() => peer.resume());
}
