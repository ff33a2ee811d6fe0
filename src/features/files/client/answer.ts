import { printable, refusalIn, WirelineError } from '../../../core/index.js';
import type { Answer, RequestLine } from '../protocol/messages.js';

const decoder = new TextDecoder();

/**
 * Throws `protocol` where an answer is not to what was asked. A request or an answer may have been damaged on its way:
 * its bytes would be right, and those of another file.
 */
export function checkAnswers(asked: RequestLine, answer: Answer): void {
  const [[type, name] = []] = Object.entries(asked) as [keyof Answer, unknown][];
  if (type !== undefined && answer[type] !== name && (type !== 'get' || answer.folder !== name)) throw notOurs();
}

/** Bytes that a header announces. Throws `protocol` where it announces none. */
export function bodySize({ size, offset = 0 }: Answer): number {
  if (!isWhole(size) || !isWhole(offset) || offset > size) throw notOurs();
  return size - offset;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Returns the answer in a line. Throws `protocol` where there is none, and `refused` where the server says in plain text
 * that it has no place for us.
 */
export function answerIn(line: Uint8Array): Answer {
  const text = decoder.decode(line);
  const refusal = refusalIn(text);
  if (refusal !== undefined) throw new WirelineError('refused', `refused by the server: ${printable(refusal)}`);
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return answer as Answer;
  } catch {
    // Told below.
  }
  throw notOurs();
}

/** The error for a line that no files service sends in answer to ours, unless it was damaged. */
export function notOurs(): WirelineError {
  return new WirelineError('protocol', 'the server does not answer as a files service does');
}

/** The error for a server that says nothing, as one does that waits for something else. */
export function silent(remote: string): WirelineError {
  return new WirelineError('timeout', `${remote} has not answered within 10 s: is it a wireline serve files?`);
}
