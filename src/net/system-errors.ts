import { type Reason, WirelineError } from '../core/index.js';

export { errorText } from '../core/index.js';

const cut = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ENOTCONN', 'ERR_STREAM_DESTROYED']);

/** The reason for which a socket's error ends its connection. */
export function reasonOf(error: Error & { readonly code?: string | undefined }): Reason {
  if (error instanceof WirelineError) return error.code;
  if (cut.has(error.code ?? '')) return 'reset';
  return error.code === 'ETIMEDOUT' ? 'timeout' : 'failed';
}
