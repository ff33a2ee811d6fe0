import { asWirelineError } from '../../../core/index.js';
import type { RefusalCode } from './messages.js';

/** What a client asked for is not done, and why: it is told, in its dialect, and goes on. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    message: string,
    /** What the client called the message that was refused. */
    readonly about: { readonly room?: string; readonly id?: string; readonly waitMs?: number } = {},
  ) {
    super(message);
  }
}

/** What went wrong in the journal, in words for anybody: without the place where the journal is kept. */
export function failureText(error: unknown): string {
  const known = asWirelineError(error);
  return known.cause instanceof Error ? known.cause.message : known.message;
}
