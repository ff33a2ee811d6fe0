import { asWirelineError } from '../../../core/index.js';
import type { RefusalCode } from './messages.js';

/** The reason why a request of a client is rejected: the client receives it in its dialect, and goes on. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    message: string,
    /** The client's own id of the message that was refused. */
    readonly about: { readonly room?: string; readonly id?: string; readonly waitMs?: number } = {},
  ) {
    super(message);
  }
}

/** The failure of a journal, in words for anybody: without the place where the journal is kept. */
export function failureText(error: unknown): string {
  const known = asWirelineError(error);
  return known.cause instanceof Error ? known.cause.message : known.message;
}
